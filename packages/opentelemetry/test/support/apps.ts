import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { createVerifier, requireClaim, requireScopes, sharedSecret, type Verifier } from "@usher-auth/verify";
import { usher as expressUsher } from "@usher-auth/verify/express";
import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
import express from "express";
import Fastify from "fastify";
import { onTestFinished } from "vitest";

/** An app that listens, and the issuer of its users. */
export interface App {
  readonly url: string;
  readonly issuer: TestIssuer;
  readonly verifier: Verifier;
  /** Sends a request with a token, or without one. Returns the status. */
  send(path: string, token?: string, method?: string): Promise<number>;
}

/** A verifier of the issuer's tokens. */
export function verifierOf(issuer: TestIssuer, options: object = {}): Verifier {
  const { secret, issuer: name, audience } = issuer;
  return createVerifier({ keys: sharedSecret(secret), issuer: name, audience, ...options });
}

/** Handles a request, as an instrumentation of `node:http` does. */
export type Around = (request: IncomingMessage, handle: () => void) => void;

const isSupport = requireClaim((claims) => claims.role === "support", "role support");

/**
 * A Fastify app: `/health` is public, `/api/:userId/tasks` has an owner, `/api/:userId/orders` an exception
 * for support staff, and `/admin` needs a scope. If the verifier has revocations, it receives logout tokens.
 */
export async function fastifyApp(
  verifier?: Verifier,
  issuer: TestIssuer = createTestIssuer(),
  around: Around = (_request, handle) => handle(),
): Promise<App> {
  const used = verifier ?? verifierOf(issuer);
  const app = Fastify({
    serverFactory: (handler) =>
      createServer((request, response) => around(request, () => handler(request, response))),
  });
  await app.register(usher, { verifier: used, ownerParam: "userId", log: false });
  app.get("/health", { config: { public: true } }, () => "ok");
  app.all("/api/:userId/tasks", () => "tasks");
  app.get("/api/:userId/orders", { config: { owner: { or: [isSupport] } } }, () => "orders");
  if (used.revocations !== undefined) await app.register(backchannelLogout, { verifier: used });
  app.get("/admin", { config: { policies: [requireScopes("admin")] } }, () => "admin");
  await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => app.close());
  return appOn(app.server.address() as AddressInfo, issuer, used);
}

/** The same in Express. */
export async function expressApp(verifier?: Verifier, issuer: TestIssuer = createTestIssuer()): Promise<App> {
  const used = verifier ?? verifierOf(issuer);
  const app = express();
  app.get("/health", (_request, response) => void response.send("ok"));
  app.use(expressUsher({ verifier: used, ownerParam: "userId", log: false }));
  app.all("/api/:userId/tasks", (_request, response) => void response.send("tasks"));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return appOn(server.address() as AddressInfo, issuer, used);
}

function appOn({ port }: AddressInfo, issuer: TestIssuer, verifier: Verifier): App {
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    issuer,
    verifier,
    send: async (path, token, method = "GET") => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(url + path, { method, headers });
      await response.arrayBuffer();
      return response.status;
    },
  };
}
