import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createGuard, createVerifier, sharedSecret } from "@usher-auth/verify";
import express from "express";
import { auth } from "express-oauth2-jwt-bearer";
import type { HttpSettings } from "./http.ts";

/** Express with one route, guarded by the contender of this name. Returns its address. */
export async function expressServer(name: string, { secret, issuer, audience }: HttpSettings): Promise<string> {
  const app = express();
  if (name === "express-oauth2-jwt-bearer") app.use(auth({ issuer, audience, secret, tokenSigningAlg: "HS256" }));
  if (name === "usher") {
    const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
    const guard = createGuard({ verifier, ownerParam: "userId" });
    app.use("/api/:userId", (request, _response, next) => {
      guard.admit({
        authorization: request.headers.authorization,
        tokenInQuery: "access_token" in request.query,
        params: request.params,
        ownerParams: guard.ownerParams,
        source: request,
      });
      next();
    });
  }
  app.get("/api/:userId/tasks", (_request, response) => {
    response.json({ tasks: [] });
  });
  const server: Server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
