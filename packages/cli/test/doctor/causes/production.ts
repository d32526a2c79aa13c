import type { RequestListener } from "node:http";
import { usherJwt } from "@usher-auth/issuer";
import { audience, type IssuerSettings, signIn } from "../../support/better-auth.ts";
import { closedUrl, startServer } from "../../support/server.ts";
import { keyPairSettingsFor, type Row, type Situation, settingsFor } from "./row.ts";

/** What an API that is ready for production answers, without TLS. */
export const goodApi: RequestListener = (request, response) => {
  if (request.url === "/health/ready") return void response.end('{"status":"ready"}');
  if (request.url === "/backchannel-logout" && request.method === "POST")
    return void response.writeHead(400).end("{}");
  response.writeHead(401, { "content-type": "application/problem+json" }).end("{}");
};

/** A real issuer, and an API. Everything that is not changed is as it should be, except that there is no TLS. */
export async function inProduction(
  change: {
    readonly api?: RequestListener;
    readonly settings?: Readonly<Record<string, string>>;
    readonly health?: string;
  } = {},
): Promise<Situation> {
  const person = await signIn();
  const api = await startServer(() => change.api ?? goodApi);
  return {
    environment: { ...settingsFor(person), API_URL: api, ...change.settings },
    hidden: [person.secret],
    flags: ["--production", "--health", `${api}${change.health ?? "/health/ready"}`],
  };
}

const answering =
  (path: string, status: number, body = "{}", headers: Record<string, string> = {}): RequestListener =>
  (request, response) =>
    request.url === path ? void response.writeHead(status, headers).end(body) : goodApi(request, response);

const metricsText = "# HELP usher_requests_total Requests\n# TYPE usher_requests_total counter\n";

const usherKeyPair: IssuerSettings = {
  options: () => ({ plugins: [usherJwt({ audience, algorithm: "EdDSA" })] }),
};

/** What `--production` finds. Those that need Postgres are in packages/cli/integration. */
export const productionRows: readonly Row[] = [
  {
    when: "certificates are not verified",
    first: "tls_not_verified",
    says: /NODE_TLS_REJECT_UNAUTHORIZED is 0/,
    fix: /^NODE_EXTRA_CA_CERTS=/,
    arrange: () => inProduction({ settings: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } }),
  },
  {
    when: "the API's address shows its metrics to anyone",
    first: "metrics_public",
    says: /\/metrics answers with metrics/,
    fix: /API_METRICS_PORT/,
    arrange: () => inProduction({ api: answering("/metrics", 200, metricsText) }),
  },
  {
    when: "nothing listens at DATABASE_URL",
    first: "database_unusable",
    says: /ECONNREFUSED/,
    fix: /Start it/,
    arrange: async () => {
      const { port } = new URL(await closedUrl());
      return inProduction({
        settings: { DATABASE_URL: `postgres://u:a-hidden-password@127.0.0.1:${port}/d` },
      });
    },
  },
  {
    when: "the health endpoint answers 503",
    first: "health_fails",
    says: /\/health\/ready answers 503/,
    fix: /curl -i/,
    arrange: () => inProduction({ api: answering("/health/ready", 503) }),
  },
  {
    when: "the health endpoint needs a token",
    first: "health_fails",
    says: /needs a token/,
    fix: /public: true/,
    arrange: () => inProduction({ health: "/health" }),
  },
  {
    when: "the logout endpoint needs a token",
    first: "logout_fails",
    says: /answers 401/,
    fix: /must be public/,
    arrange: () => inProduction({ api: answering("/backchannel-logout", 401) }),
  },
  {
    when: "the logout endpoint accepts anything",
    first: "logout_fails",
    says: /answers 200/,
    fix: /must answer 400/,
    arrange: () => inProduction({ api: answering("/backchannel-logout", 200) }),
  },
  {
    when: "BETTER_AUTH_URL is plain http",
    first: "issuer_plain_http",
    says: /BETTER_AUTH_URL is http:/,
    fix: /^BETTER_AUTH_URL=https:/,
    arrange: () => inProduction(),
  },
  {
    when: "API_URL is plain http",
    first: "api_plain_http",
    says: /API_URL is http:/,
    fix: /^API_URL=https:/,
    arrange: () => inProduction(),
  },
  {
    when: "USHER_ALLOW_INSECURE_HOSTS is set",
    first: "insecure_hosts",
    says: /has 2 hosts/,
    fix: /^USHER_ALLOW_INSECURE_HOSTS= /,
    arrange: () => inProduction({ settings: { USHER_ALLOW_INSECURE_HOSTS: "web,auth" } }),
  },
  {
    when: "USHER_WHEN_STALE is accept",
    first: "stale_revocations_accepted",
    says: /USHER_WHEN_STALE is accept/,
    fix: /^USHER_WHEN_STALE=refuse/,
    arrange: () => inProduction({ settings: { USHER_WHEN_STALE: "accept" } }),
  },
  {
    when: "the health endpoint says whenStale: accept",
    first: "stale_revocations_accepted",
    says: /whenStale: accept/,
    fix: /^USHER_WHEN_STALE=refuse/,
    arrange: () => inProduction({ api: answering("/health/ready", 200, '{"whenStale":"accept"}') }),
  },
  {
    when: "there is no Postgres for revocations",
    first: "revocations_missing",
    says: /name no database/,
    fix: /usher-auth migrate/,
    arrange: () => inProduction(),
  },
  {
    when: "the API has no logout endpoint",
    first: "logout_missing",
    says: /answers 404/,
    fix: /backchannelLogout/,
    arrange: () => inProduction({ api: answering("/backchannel-logout", 404) }),
  },
  {
    when: "a database on another machine is used without TLS",
    first: "database_without_tls",
    says: /^AUTH_DATABASE_URL: no sslmode/m,
    fix: /sslmode=verify-full/,
    arrange: () => inProduction({ settings: { AUTH_DATABASE_URL: "postgres://u@db.invalid/auth" } }),
  },
  {
    when: "caches may keep the JWKS for a day",
    first: "jwks_cached_too_long",
    says: /max-age=86400/,
    fix: /^Cache-Control: public, max-age=300/,
    arrange: async () => {
      const person = await signIn(usherKeyPair);
      await person.token();
      const keys = await (await person.get("/jwks")).text();
      const jwks = await startServer(() =>
        answering("/jwks", 200, keys, { "cache-control": "max-age=86400" }),
      );
      const settings = { ...keyPairSettingsFor(person), USHER_JWKS_URL: `${jwks}/jwks` };
      return { environment: settings, hidden: [person.secret], flags: ["--production"] };
    },
  },
];
