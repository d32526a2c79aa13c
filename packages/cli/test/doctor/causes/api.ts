import { request as httpRequest, type RequestListener } from "node:http";
import { usherJwt } from "@usher-auth/issuer";
import { AuthError } from "@usher-auth/verify";
import { jwt } from "better-auth/plugins/jwt";
import { startApi } from "../../support/api.ts";
import { audience, newSecret, type SignedIn, signIn } from "../../support/better-auth.ts";
import { closedUrl, startServer } from "../../support/server.ts";
import { sent } from "./access-token.ts";
import { type Row, type Situation, settingsFor } from "./row.ts";

/** A valid token, and the real API with changed settings. The doctor gets the correct ones. */
async function calling(
  path: (person: SignedIn) => string,
  change: (right: Record<string, string>) => Record<string, string> = (right) => right,
): Promise<Situation> {
  const person = await signIn();
  const right = settingsFor(person);
  const api = await startApi({ ...right, ...change(right) });
  const input = await person.token();
  return { input, environment: right, api: `${api}${path(person)}`, hidden: [input, person.secret] };
}

const own = ({ userId }: SignedIn) => `/api/${userId}/tasks`;

/** A valid token, and another server instead of or in front of the real API. */
async function callingOther(listener: (api: string) => RequestListener): Promise<Situation> {
  const person = await signIn();
  const right = settingsFor(person);
  const api = await startApi(right);
  const input = await person.token();
  const url = await startServer(() => listener(api));
  return { input, environment: right, api: `${url}${own(person)}`, hidden: [input, person.secret] };
}

/** A valid token, and a server that refuses every token with this code. */
async function refused(code: string, status: number, path?: string): Promise<Situation> {
  const situation = await callingOther(() => (incoming, outgoing) => {
    const isMissing = incoming.headers.authorization === undefined;
    if (incoming.method === "OPTIONS") {
      const allowed = { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization" };
      return void outgoing.writeHead(204, allowed).end();
    }
    outgoing.writeHead(isMissing ? 401 : status, { "content-type": "application/problem+json" });
    outgoing.end(JSON.stringify({ code: isMissing ? "credentials_missing" : code }));
  });
  return path === undefined ? situation : { ...situation, api: new URL(path, situation.api).href };
}

/** Forwards requests with changed headers. */
const proxy =
  (
    api: string,
    change: (headers: NodeJS.Dict<string | string[]>) => NodeJS.Dict<string | string[]>,
  ): RequestListener =>
  (incoming, outgoing) => {
    const { method, url = "/" } = incoming;
    const onwards = httpRequest(new URL(url, api), {
      method: method ?? "GET",
      headers: change({ ...incoming.headers }),
    });
    onwards.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onwards);
  };

/** Answers preflights with these headers, and forwards other requests. */
const answeringPreflights =
  (status: number, headers: Record<string, string>) =>
  (api: string): RequestListener =>
  (incoming, outgoing) => {
    if (incoming.method === "OPTIONS") outgoing.writeHead(status, headers).end();
    else proxy(api, (same) => same)(incoming, outgoing);
  };

/** The API, over the network. */
export const apiRows: readonly Row[] = [
  {
    when: "nothing listens at the API's URL",
    first: "api_unreachable",
    says: /ECONNREFUSED/,
    fix: /curl -i http/,
    arrange: async () => ({
      ...(await callingOther((api) => proxy(api, (same) => same))),
      api: await closedUrl(),
    }),
  },
  {
    when: "the API redirects",
    first: "api_redirects",
    says: /307 with Location: \/v2/,
    fix: /const api = "http:\/\/localhost:\d+\/v2/,
    arrange: () =>
      callingOther(() => (incoming, outgoing) => {
        outgoing.writeHead(307, { location: `/v2${incoming.url}` }).end();
      }),
  },
  {
    when: "a page answers instead of the API",
    first: "api_html",
    says: /HTML/,
    fix: /the API's URL/,
    arrange: () =>
      callingOther(() => (_incoming, outgoing) => {
        outgoing.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>App</title>");
      }),
  },
  {
    when: "the server's limit for headers is below the token's length",
    first: "header_too_large",
    says: /431/,
    fix: /usherJwt/,
    arrange: async () => {
      const person = await signIn({
        image: `data:image/png;base64,${"iVBORw0KGgo".repeat(300)}`,
        options: (issuer) => ({ plugins: [jwt({ jwt: { issuer, audience } })] }),
      });
      const input = await person.token();
      const url = await startServer(() => (_incoming, outgoing) => void outgoing.writeHead(401).end(), {
        maxHeaderSize: 4096,
      });
      return { input, api: `${url}${own(person)}`, hidden: [input, person.secret] };
    },
  },
  {
    when: "a proxy removes the Authorization header",
    first: "authorization_stripped",
    says: /the API received none/,
    fix: /proxy_set_header Authorization/,
    arrange: () => callingOther((api) => proxy(api, ({ authorization: _, ...others }) => others)),
  },
  ...(
    [
      ["the user's e-mail", ({ claims }) => String(claims.email), /the user's e-mail/],
      ["the user's name", ({ claims }) => String(claims.name), /the user's name/],
      ["the id in another case", ({ person }) => person.userId.toUpperCase(), /in another case/],
      ["the session's id", ({ claims }) => String(claims.sid), /the session's id/],
      ["a placeholder that was not replaced", () => ":userId", /a placeholder/],
      ["another user's id", () => "another-user", /no segment of the path/],
    ] satisfies [string, (about: About) => string, RegExp][]
  ).map(
    ([what, segment, says]): Row => ({
      when: `the path contains ${what}`,
      first: "path_mismatch",
      says,
      fix: says.source.startsWith("no segment")
        ? /^http/
        : /^http:\/\/localhost:\d+\/api\/[A-Za-z0-9]{32}\/tasks$/,
      arrange: async () => {
        let person: SignedIn | undefined;
        const situation = await calling((signedIn) => {
          person = signedIn;
          return "";
        });
        const claims = JSON.parse(Buffer.from(situation.input?.split(".")[1] ?? "", "base64url").toString());
        const value = segment({ claims, person: person as SignedIn });
        return { ...situation, api: `${situation.api}/api/${encodeURIComponent(value)}/tasks` };
      },
    }),
  ),
  {
    when: "the path names an organization, and none is active",
    first: "path_mismatch",
    says: /the path names the organization "acme".*the token has no org/s,
    fix: /setActive/,
    arrange: () => refused("owner_mismatch", 403, "/api/orgs/acme/projects"),
  },
  {
    when: "the endpoint needs a more recent sign-in",
    first: "api_refuses",
    says: /more recent sign-in/,
    fix: /signIn/,
    arrange: () => refused("reauthentication_required", 401),
  },
  {
    when: "an administrator acts as the user, which the endpoint forbids",
    first: "api_refuses",
    says: /acts as this user/,
    fix: /stopImpersonating/,
    arrange: () => refused("impersonation_forbidden", 403),
  },
  {
    when: "an OAuth client calls a user's path with its own token",
    first: "client_token",
    says: /sub and client_id are "backup"/,
    fix: /^owner: \{ clients: /,
    arrange: async () => {
      const situation = await sent(({ clientTokenFor }) => clientTokenFor("backup", { scope: "tasks:read" }));
      const api = await startApi(situation.environment ?? {});
      return { ...situation, api: `${api}/api/ada/tasks` };
    },
  },
  ...(
    [
      [
        "secret",
        () => ({ BETTER_AUTH_SECRET: newSecret() }),
        /signature_invalid.*the difference is in: BETTER_AUTH_SECRET/s,
      ],
      ["issuer", () => ({ BETTER_AUTH_URL: "https://app.example.com" }), /issuer_rejected.*BETTER_AUTH_URL/s],
      ["audience", () => ({ API_URL: "https://tasks.example.com" }), /audience_rejected.*API_URL/s],
    ] satisfies [string, () => Record<string, string>, RegExp][]
  ).map(
    ([what, change, says]): Row => ({
      when: `the running API has another ${what} than the settings`,
      first: "api_settings_differ",
      says,
      fix: /Restart the API/,
      arrange: async () => {
        const situation = await calling(own, change);
        return { ...situation, hidden: [...situation.hidden] };
      },
    }),
  ),
  {
    when: "the API rejects the token, and its settings are unknown",
    first: "api_refuses",
    says: /401 audience_rejected/,
    fix: /explain audience_rejected/,
    arrange: async () => {
      const { environment: _, ...situation } = await calling(own, () => ({
        API_URL: "https://tasks.example.com",
      }));
      return situation;
    },
  },
  {
    when: "the token was revoked",
    first: "token_revoked",
    says: /401 token_revoked/,
    fix: /authClient\.token\(\)/,
    arrange: async () => {
      const person = await signIn();
      const right = settingsFor(person);
      const revoked = (): never => {
        throw new AuthError("token_revoked");
      };
      const api = await startApi(right, (verifier) => ({
        ...verifier,
        verifySync: revoked,
        verify: revoked,
      }));
      const input = await person.token();
      return { input, environment: right, api: `${api}${own(person)}`, hidden: [input, person.secret] };
    },
  },
  {
    when: "the API cannot fetch its keys",
    first: "api_unavailable",
    says: /503 keys_unavailable/,
    fix: /must reach the issuer/,
    arrange: async () => {
      const person = await signIn({
        options: () => ({ plugins: [usherJwt({ audience, algorithm: "EdDSA" })] }),
      });
      const input = await person.token();
      const nowhere = `${await closedUrl()}/api/auth/jwks`;
      const api = await startApi({
        BETTER_AUTH_URL: person.issuer,
        API_URL: audience,
        USHER_JWKS_URL: nowhere,
      });
      return { input, api: `${api}${own(person)}`, hidden: [input, person.secret] };
    },
  },
  {
    when: "the API answers the token with 500",
    first: "api_fails",
    says: /500/,
    fix: /log/,
    arrange: () =>
      callingOther(() => (incoming, outgoing) => {
        outgoing.writeHead(incoming.headers.authorization === undefined ? 401 : 500).end();
      }),
  },
  {
    when: "the endpoint answers without a token",
    first: "api_open",
    says: /to a request without a token/,
    fix: /usher-auth audit/,
    arrange: async () => await calling(() => "/health/live"),
  },
  {
    when: "the guard runs before CORS",
    first: "preflight_refused",
    says: /which never has one/,
    fix: /before the guard/,
    arrange: () => callingOther(answeringPreflights(401, { "www-authenticate": "Bearer" })),
  },
  {
    when: "CORS allows another origin",
    first: "cors_origin",
    says: /Access-Control-Allow-Origin/,
    fix: /origin: "http:\/\/localhost:5173"/,
    arrange: async () => ({ ...(await calling(own)), origin: "http://localhost:5173" }),
  },
  {
    when: "CORS allows the headers *, which does not include Authorization",
    first: "cors_authorization",
    says: /does not include Authorization/,
    fix: /allowedHeaders: \["authorization"/,
    arrange: () =>
      callingOther(
        answeringPreflights(204, { "access-control-allow-origin": "*", "access-control-allow-headers": "*" }),
      ),
  },
  {
    when: "the API's clock is behind",
    first: "clock_skew",
    says: /The API's clock/,
    fix: /set-ntp/,
    arrange: () =>
      callingOther((api) => (incoming, outgoing) => {
        const { writeHead } = outgoing;
        outgoing.writeHead = ((status: number, headers: object) =>
          writeHead.call(outgoing, status, {
            ...headers,
            date: new Date(Date.now() - 600_000).toUTCString(),
          })) as typeof writeHead;
        proxy(api, (same) => same)(incoming, outgoing);
      }),
  },
];

interface About {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly person: SignedIn;
}
