import { createTestIssuer, type TokenFaults } from "@usher-auth/testing";
import { audience, secret, startIssuer, usherJwtFor } from "./better-auth.ts";
import type { Ask, Migration } from "./migration.ts";
import { get } from "./requests.ts";

/** The secret of the API's own tokens. */
const ownSecret = "the-api's-own-secret-which-has-enough-characters";

/** How a guide is tried that moves sign-in from the API's own `/login` to Better Auth, in these steps. */
export async function moveFromLogin(
  guide: Pick<Migration, "guide" | "former" | "newRoute">,
): Promise<Migration> {
  const issuer = await startIssuer(usherJwtFor("HS256"));
  const [ada, grace] = [await issuer.signUp("ada"), await issuer.signUp("grace")];
  const token = await issuer.tokenOf(ada, usherJwtFor("HS256"));
  const own = `/api/${ada.id}/tasks`;
  const login = loginOf(ada.email);

  const ofLogin = createTestIssuer({
    secret: ownSecret,
    issuer: "https://api.example.com/login",
    audience,
  });
  const ofBetterAuth = createTestIssuer({ secret, issuer: issuer.url, audience });
  /** A token that would be valid in this stage without the faults. */
  const faulty = (faults: TokenFaults) => (stage: string) => {
    if (stage === "after") return ofBetterAuth.tokenFor(ada.id, faults);
    const added = stage === "before" ? { iss: undefined, aud: undefined } : {};
    return ofLogin.tokenFor(ada.id, { ...faults, claims: { id: ada.id, ...added, ...faults.claims } });
  };
  const current = (stage: string) => (stage === "after" ? token : login.last());

  return {
    ...guide,
    settings: {
      JWT_SECRET: ownSecret,
      BETTER_AUTH_SECRET: secret,
      BETTER_AUTH_URL: issuer.url,
      API_URL: audience,
      USERS: JSON.stringify({ [ada.email]: ada.id }),
    },
    auditTokens: async (stage) => {
      const plugin = usherJwtFor("HS256");
      return {
        a: stage === "after" ? token : faulty({})(stage),
        b:
          stage === "after"
            ? await issuer.tokenOf(grace, plugin)
            : ofLogin.tokenFor(grace.id, { claims: { id: grace.id } }),
        expired: faulty({ expired: true })(stage),
      };
    },
    guardedFrom: "step 2",
    valid: [
      {
        name: "own tasks, a token of `/login`",
        stages: ["before", "step 1", "step 2"],
        ask: login.ask(own),
      },
      { name: "own tasks, a token of Better Auth", stages: ["step 2", "after"], ask: get(own, token) },
    ],
    bad: [
      { name: "no token", ask: get(own) },
      { name: "`Bearer undefined`", ask: get(own, "undefined") },
      { name: "an expired token", ask: get(own, faulty({ expired: true })) },
      { name: "a token of another key", ask: get(own, faulty({ wrongSecret: true })) },
      { name: "another user's tasks", ask: get(`/api/${grace.id}/tasks`, current) },
      {
        name: "a token for another API",
        ask: get(own, faulty({ claims: { aud: "https://other.example.com" } })),
      },
      { name: "a token that never expires", ask: get(own, faulty({ claims: { exp: undefined } })) },
      {
        name: "a token of the same secret without a user",
        ask: get(own, faulty({ claims: { sub: undefined, id: undefined, email: ada.email } })),
      },
      { name: "no token, a new route without a check", ask: get(`/api/${ada.id}/new`) },
    ],
  };
}

/**
 * A user who signs in at the API's own `/login` in each stage. `ask` first sends the token of the stage
 * before, and returns the response if it is not a 200: clients keep their tokens across a deployment.
 */
function loginOf(email: string) {
  let token: string | undefined;
  const ask =
    (path: string): Ask =>
    async (api, stage) => {
      const response = token === undefined ? undefined : await get(path, token)(api, stage);
      if (response !== undefined && !response.ok) return response;
      const headers = { "content-type": "application/json" };
      const login = await fetch(`${api}/login`, { method: "POST", headers, body: JSON.stringify({ email }) });
      if (!login.ok) return login;
      ({ token } = (await login.json()) as { token: string });
      return await get(path, token)(api, stage);
    };
  return { ask, last: () => token ?? "" };
}
