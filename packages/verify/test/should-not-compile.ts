/**
 * Code that must not compile. `tsc` checks this file and fails if a marked line does compile after
 * all. It is never executed.
 */
import { usher as usherOfElysia } from "@usher-auth/verify/elysia";
import "@usher-auth/verify/h3";
import { initTRPC } from "@trpc/server";
import { RequirePolicies } from "@usher-auth/verify/nestjs";
import type { UsherContext } from "@usher-auth/verify/trpc";
import { Elysia } from "elysia";
import { H3 } from "h3";
import { createGuard } from "../src/access/index.ts";
import { createVerifier, type Principal, sharedSecret, type Verifier } from "../src/index.ts";

declare const verifier: Verifier;
declare const principal: Principal;
const keys = sharedSecret(process.env.BETTER_AUTH_SECRET);
const [issuer, audience] = ["https://app.example.com", "https://api.example.com"];

// @ts-expect-error keys are required
createVerifier({ issuer, audience });
// @ts-expect-error the issuer is required
createVerifier({ keys, audience });
// @ts-expect-error the audience is required; only an explicit null leaves it unchecked
createVerifier({ keys, issuer });
// @ts-expect-error undefined is not null
createVerifier({ keys, issuer, audience: undefined });
// @ts-expect-error a string is not a key source: it has no algorithm
createVerifier({ keys: "a secret", issuer, audience });
// @ts-expect-error no such algorithm
sharedSecret("a secret", { algorithm: "none" });
// @ts-expect-error a secret has no public-key algorithm
sharedSecret("a secret", { algorithm: "RS256" });
// @ts-expect-error the owner parameter is required; only null says that there is none
createGuard({ verifier });
// @ts-expect-error false is not null
createGuard({ verifier, ownerParam: false });
// @ts-expect-error a principal cannot be changed
principal.id = "someone else";
// @ts-expect-error its claims cannot be changed
principal.claims.sub = "someone else";
// @ts-expect-error an unchecked claim is unknown
principal.claims.role.toUpperCase();

// @ts-expect-error public is a boolean
new H3().get("/", () => "", { meta: { public: "yes" } });
// @ts-expect-error the name of a scope is not a policy
new H3().get("/", () => "", { meta: { policies: ["tasks:write"] } });
// @ts-expect-error requireScopes or requireClaim create a policy
RequirePolicies("tasks:write");
const guarded = new Elysia().use(usherOfElysia({ verifier, ownerParam: null }));
// @ts-expect-error public is a boolean
guarded.get("/", () => "", { public: "yes" });
// @ts-expect-error the name of a scope is not a policy
guarded.get("/", () => "", { policies: ["tasks:write"] });
const unguarded = initTRPC.context<UsherContext>().create().procedure;
// @ts-expect-error there is no principal in the context before the guard
unguarded.query(({ ctx }) => ctx.principal.id);
