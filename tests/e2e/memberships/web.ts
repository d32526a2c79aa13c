import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { oauthProvider } from "@better-auth/oauth-provider";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { admin } from "better-auth/plugins/admin";
import { anonymous } from "better-auth/plugins/anonymous";
import { organization } from "better-auth/plugins/organization";
import { twoFactor } from "better-auth/plugins/two-factor";
import { Pool } from "pg";
import { type Session, signUp } from "../support/session.ts";

export const audience = "https://api.example.com";

/** A Better Auth server over HTTP, with the plugins of a product for teams, on Postgres. */
export interface Web {
  readonly url: string;
  readonly jwksUrl: string;
  /** Sends logout tokens to these endpoints from now on. */
  notify(endpoints: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** @param databaseUrl - an empty database */
export async function startWeb(databaseUrl: string): Promise<Web> {
  const pool = new Pool({ connectionString: databaseUrl });
  pool.on("error", () => undefined);
  let handler: ReturnType<typeof toNodeHandler> | undefined;
  const server = createServer((request, response) => void handler?.(request, response)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  let stop: () => Promise<void> = async () => undefined;

  async function notify(endpoints: readonly string[]): Promise<void> {
    await stop();
    const tokens = usherJwt({
      audience,
      algorithm: "EdDSA",
      organization: { memberships: 10 },
      backchannelLogout: endpoints,
    });
    stop = () => tokens.stop();
    const auth = betterAuth({
      baseURL: url,
      secret,
      database: pool,
      emailAndPassword: { enabled: true },
      rateLimit: { enabled: false },
      telemetry: { enabled: false },
      logger: { disabled: true },
      plugins: [
        organization(),
        admin(),
        anonymous(),
        twoFactor(),
        tokens,
        oauthProvider({
          loginPage: "/login",
          consentPage: "/consent",
          silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
        }),
      ],
    });
    await (await getMigrations(auth.options)).runMigrations();
    handler = toNodeHandler(auth);
  }
  const secret = randomBytes(32).toString("base64");
  await notify([]);
  return {
    url,
    jwksUrl: `${url}/api/auth/jwks`,
    notify,
    async close() {
      await stop();
      server.closeAllConnections();
      server.close();
      await pool.end();
    },
  };
}

/** Signs up a person at the web server. */
export const join = (web: Web, name: string): Promise<Session> => signUp(web.url, name);

/** Sends a request to Better Auth as this person. */
export async function ask<Answer = { id: string }>(
  web: Web,
  { cookie }: Session,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${web.url}/api/auth${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { cookie, origin: web.url, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
