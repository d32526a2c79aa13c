import { createTestIssuer, type TokenFaults } from "@usher-auth/testing";
import { audience, secret, startIssuer, usherJwtFor } from "./support/better-auth.ts";
import { tryGuide } from "./support/migration.ts";
import { get, inTurn } from "./support/requests.ts";

const oldSecret = "the-api's-own-secret-which-has-enough-characters";

tryGuide(async () => {
  const issuer = await startIssuer(usherJwtFor("HS256"));
  const [ada, grace] = [await issuer.signUp("ada"), await issuer.signUp("grace")];
  const token = await issuer.tokenOf(ada, usherJwtFor("HS256"));
  const login = createTestIssuer({ secret: oldSecret, issuer: "https://api.example.com/login", audience });
  const betterAuth = createTestIssuer({ secret, issuer: issuer.url, audience });
  /** A token with this fault, which would be valid in the stage without it. */
  const faulty = (faults: TokenFaults) => (stage: string) => {
    if (stage === "after") return betterAuth.tokenFor(ada.id, faults);
    const claims = stage === "before" ? { iss: undefined, aud: undefined } : {};
    return login.tokenFor(ada.id, { ...faults, claims: { id: ada.id, ...claims, ...faults.claims } });
  };
  const own = `/api/${ada.id}/tasks`;
  const next = inTurn(ada.email);
  const current = (stage: string) => (stage === "after" ? token : next.last());
  return {
    guide: "coming-from-fastify-jwt.md",
    package: "@fastify/jwt",
    settings: {
      JWT_SECRET: oldSecret,
      BETTER_AUTH_SECRET: secret,
      BETTER_AUTH_URL: issuer.url,
      API_URL: audience,
      USERS: JSON.stringify({ [ada.email]: ada.id }),
    },
    newRoute: [/^await app\.listen/m, 'app.get("/api/:userId/new", (request) => request.params);'],
    guardedFrom: "step 2",
    valid: [
      {
        name: "own tasks, a token of `/login`",
        stages: ["before", "step 1", "step 2"],
        ask: next.ask(own),
      },
      { name: "own tasks, a token of Better Auth", stages: ["step 2", "after"], ask: get(own, token) },
    ],
    bad: [
      { name: "no token", ask: get(own) },
      { name: "`Bearer undefined`", ask: get(own, "undefined") },
      { name: "an expired token", ask: get(own, faulty({ expired: true })) },
      { name: "a token of another key", ask: get(own, faulty({ wrongSecret: true })) },
      { name: "another user's tasks", ask: get(`/api/${grace.id}/tasks`, current) },
      { name: "a token for another API", ask: get(own, faulty({ claims: { aud: "https://other.example.com" } })) },
      { name: "a token that never expires", ask: get(own, faulty({ claims: { exp: undefined } })) },
      {
        name: "a token of the same secret for something else, such as a new password",
        ask: get(own, faulty({ claims: { sub: undefined, id: undefined, email: ada.email } })),
      },
      { name: "no token, a new route without a check", ask: get(`/api/${ada.id}/new`) },
    ],
  };
});
