/**
 * What a verifier's `claims` schema makes of a token, told once in `Register`, is what every framework's
 * request has. `tsc` runs over this file; it is never executed. In a separate folder, since a `Register` is
 * for a whole program.
 */
import { requireClaim, type Verifier } from "@usher-auth/verify";
import * as express from "@usher-auth/verify/express";
import { usher } from "@usher-auth/verify/fastify";
import type { Express } from "express";
import type { FastifyInstance } from "fastify";

interface AppClaims {
  readonly sub: string;
  readonly role: "admin" | "user";
}
declare const verifier: Verifier<AppClaims>;
declare const untyped: Verifier;
declare const fastifyApp: FastifyInstance;
declare const expressApp: Express;

declare module "@usher-auth/verify" {
  interface Register {
    verifier: typeof verifier;
  }
}

await fastifyApp.register(usher, { verifier, ownerParam: null });
// @ts-expect-error a verifier other than the registered one has other claims
await fastifyApp.register(usher, { verifier: untyped, ownerParam: null });

const isAdmin = requireClaim((claims: AppClaims) => claims.role === "admin");
fastifyApp.get(
  "/",
  { config: { policies: [isAdmin] } },
  (request): "admin" | "user" => request.principal.claims.role,
);
fastifyApp.get(
  "/",
  { config: { policies: [requireClaim(({ role }) => role === "admin")] } },
  () => "inferred",
);
// @ts-expect-error no such claim
fastifyApp.get("/", (request) => request.principal.claims.plan);
// @ts-expect-error a string is not a policy
fastifyApp.get("/", { config: { policies: ["tasks:write"] } }, () => "x");
const hasPlan = requireClaim((claims: { plan: string }) => claims.plan === "x");
// @ts-expect-error a policy about other claims
fastifyApp.get("/", { config: { policies: [hasPlan] } }, () => "x");
// @ts-expect-error an asynchronous predicate
requireClaim(async () => true);

expressApp.use(express.usher({ verifier, ownerParam: null }));
// @ts-expect-error a verifier other than the registered one has other claims
expressApp.use(express.usher({ verifier: untyped, ownerParam: null }));
expressApp.get("/", express.enforce(isAdmin), (request) => {
  const role: "admin" | "user" = request.principal.claims.role;
  // @ts-expect-error no such claim
  return [role, request.principal.claims.plan];
});
// @ts-expect-error a policy about other claims
express.enforce(hasPlan);
// @ts-expect-error no policy at all
express.enforce();
