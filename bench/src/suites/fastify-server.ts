import fastifyJwt from "@fastify/jwt";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import fastify from "fastify";
import { jwtVerify } from "jose";
import type { HttpSettings } from "./http.ts";

/** Starts Fastify with one route, guarded by the named contender. Returns the address. */
export async function fastifyServer(
  name: string,
  { secret, issuer, audience }: HttpSettings,
): Promise<string> {
  const app = fastify();
  if (name === "usher") {
    const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
    await app.register(usher, { verifier, ownerParam: "userId" });
  }
  if (name === "@fastify/jwt") {
    await app.register(fastifyJwt, { secret, verify: { allowedIss: issuer, allowedAud: audience } });
    app.addHook("onRequest", (request) => request.jwtVerify());
  }
  if (name === "jose") {
    const key = new TextEncoder().encode(secret);
    app.addHook("onRequest", async (request) => {
      await jwtVerify(request.headers.authorization?.slice(7) ?? "", key, { issuer, audience });
    });
  }
  app.get("/api/:userId/tasks", () => ({ tasks: [] }));
  return app.listen({ port: 0, host: "127.0.0.1" });
}
