import fastifyJwt from "@fastify/jwt";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import fastify from "fastify";
import { jwtVerify } from "jose";
import type { HttpContender, HttpSettings } from "./http.ts";

/** One of the servers, in a process of its own: `server.ts NAME SETTINGS`. It prints its address and serves until it is killed. */
const [name, settings] = process.argv.slice(2) as [HttpContender, string];
const { secret, issuer, audience } = JSON.parse(settings) as HttpSettings;
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
process.stdout.write(`${await app.listen({ port: 0, host: "127.0.0.1" })}\n`);
