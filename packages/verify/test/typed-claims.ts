/**
 * The type of a verifier's claims reaches the handlers of frameworks that carry types by themselves. `tsc`
 * runs over this file; it is never executed. Frameworks with one request type for a whole app:
 * register/registered-claims.ts.
 */
import Router from "@koa/router";
import { requireClaim, requireScopes, type Verifier } from "@usher-auth/verify";
import * as fetch from "@usher-auth/verify/fetch";
import * as hono from "@usher-auth/verify/hono";
import * as koa from "@usher-auth/verify/koa";
import * as node from "@usher-auth/verify/node";
import { Hono } from "hono";
import Koa from "koa";

interface AppClaims {
  readonly sub: string;
  readonly role: "admin" | "user";
}
type Role = AppClaims["role"];
declare const verifier: Verifier<AppClaims>;
const options = { verifier, ownerParam: "userId" };
const isAdmin = requireClaim((claims: AppClaims) => claims.role === "admin");
const hasPlan = requireClaim((claims: { plan: string }) => claims.plan === "x");
const policies = [isAdmin, requireScopes("a")];

hono
  .usher(new Hono(), options)
  .get("/users/:userId", hono.enforce(isAdmin), (c) => c.json<Role>(c.var.principal.claims.role))
  // @ts-expect-error no such claim
  .get("/", (c) => c.text(c.var.principal.claims.plan));

new Koa().use(koa.usher(options)).use((context): Role => context.state.principal.claims.role);
new Router<koa.UsherState<AppClaims>>().get(
  "/",
  koa.enforce(isAdmin),
  (context): Role => context.state.principal.claims.role,
);

const fetchGuard = fetch.usher(options);
fetchGuard.protect({ path: "/", policies }, (_request, { principal }) =>
  Response.json(principal.claims.role satisfies Role),
);
// @ts-expect-error a policy about other claims
fetchGuard.protect({ path: "/", policies: [hasPlan] }, () => new Response());
// @ts-expect-error the pattern has no such parameter
fetchGuard.protect({ path: "/:userId" }, (_request, { params }) => new Response(params.taskId));

const nodeGuard = node.usher(options);
nodeGuard.protect({ path: "/", policies }, (_request, response, access) =>
  response.end(access.principal.claims.role satisfies Role),
);
// @ts-expect-error a policy about other claims
nodeGuard.middleware({ path: "/", policies: [hasPlan] });
