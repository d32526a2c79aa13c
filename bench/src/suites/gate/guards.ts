import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@usher-auth/e2e/free-port";
import type { Issuer } from "./issuer.ts";
import { openApiDocument } from "./openapi.ts";
import { findPeer, peers } from "./programs.ts";
import { type Started, startProgram } from "./started.ts";

/** What every guard is started with. */
export interface GuardSettings {
  readonly issuer: Issuer;
  readonly apiPort: number;
  /** For files. Removed after the run. */
  readonly folder: string;
  /** Whether another proxy asks it, on this machine. */
  readonly answers: boolean;
}

/** A running guard. */
export interface RunningGuard extends Started {
  /** The port of the endpoint that answers other proxies, where it is not the proxy's. */
  readonly answerPort?: number;
}

const commandLine = fileURLToPath(new URL("../../../../packages/cli/dist/main.js", import.meta.url));

/** Starts `usher-auth gate`. With `isGuarded` false, all routes are public. */
export async function startGate(
  { issuer, apiPort, folder, answers }: GuardSettings,
  isGuarded = true,
): Promise<RunningGuard> {
  const port = await freePort();
  const document = join(folder, isGuarded ? "openapi.json" : "public.json");
  writeFileSync(document, JSON.stringify(openApiDocument(isGuarded)));
  const flags = {
    upstream: urlOf(apiPort),
    openapi: document,
    "owner-param": "userId",
    port: String(port),
    ...(answers && { "trusted-proxy": "127.0.0.1" }),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return startProgram([process.execPath, commandLine, "gate", ...args], "measured", port, {
    BETTER_AUTH_URL: issuer.set.issuer.issuer,
    API_URL: issuer.set.issuer.audience,
    USHER_JWKS_URL: issuer.jwksUrl,
    LOG_LEVEL: "error",
  });
}

/** Starts Ory Oathkeeper: its proxy, and the decision API that other proxies ask. */
export async function startOathkeeper({ issuer, apiPort, folder }: GuardSettings): Promise<RunningGuard> {
  const [port, answerPort, metricsPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const rule = (id: string, url: string) => ({
    id,
    match: { url, methods: ["GET", "POST"] },
    authenticators: [{ handler: "jwt" }],
    authorizer: { handler: "allow" },
    mutators: [{ handler: "header" }],
    upstream: { url: urlOf(apiPort) },
  });
  const rules = join(folder, "rules.json");
  writeFileSync(rules, JSON.stringify([rule("api", "http://<**>/api/<*>/<*>")]));
  const settings = {
    log: { level: "error" },
    serve: {
      proxy: { host: "127.0.0.1", port },
      api: { host: "127.0.0.1", port: answerPort },
      prometheus: { host: "127.0.0.1", port: metricsPort },
    },
    access_rules: { repositories: [`file://${rules}`], matching_strategy: "glob" },
    authenticators: {
      jwt: {
        enabled: true,
        config: {
          jwks_urls: [issuer.jwksUrl],
          trusted_issuers: [issuer.set.issuer.issuer],
          target_audience: [issuer.set.issuer.audience],
          allowed_algorithms: ["RS256"],
          scope_strategy: "none",
        },
      },
    },
    authorizers: { allow: { enabled: true } },
    mutators: { header: { enabled: true, config: { headers: { "X-User": "{{ print .Subject }}" } } } },
  };
  const file = join(folder, "oathkeeper.json");
  writeFileSync(file, JSON.stringify(settings));
  const program = findPeer(peers.oathkeeper) as string;
  const guard = await startProgram([program, "serve", "--config", file], "measured", port);
  return { ...guard, answerPort };
}

/** Starts oauth2-proxy, which admits bearer tokens of its OpenID Connect provider. */
export async function startOauth2Proxy({ issuer, apiPort }: GuardSettings): Promise<RunningGuard> {
  const port = await freePort();
  const flags = {
    "http-address": `127.0.0.1:${port}`,
    upstream: urlOf(apiPort),
    provider: "oidc",
    "oidc-issuer-url": issuer.set.issuer.issuer,
    "client-id": issuer.set.issuer.audience,
    "client-secret": "unused",
    "cookie-secret": "0123456789abcdef0123456789abcdef",
    "email-domain": "*",
    "skip-jwt-bearer-tokens": "true",
    "set-xauthrequest": "true",
    "request-logging": "false",
    "auth-logging": "false",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  return startProgram([findPeer(peers.oauth2Proxy) as string, ...args], "measured", port);
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
