import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/express";
import express from "express";
import { auth } from "express-oauth2-jwt-bearer";
import type { HttpSettings } from "./http.ts";

/** Starts Express with one route, guarded by the named contender. Returns the address. */
export async function expressServer(
  name: string,
  { secret, issuer, audience }: HttpSettings,
): Promise<string> {
  const app = express();
  if (name === "express-oauth2-jwt-bearer")
    app.use(auth({ issuer, audience, secret, tokenSigningAlg: "HS256" }));
  if (name === "usher") {
    const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
    app.use(usher({ verifier, ownerParam: "userId" }));
  }
  app.get("/api/:userId/tasks", (_request, response) => {
    response.json({ tasks: [] });
  });
  const server: Server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
