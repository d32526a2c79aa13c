import type { Principal, TokenClaims } from "../../claims/principal.ts";

/** What the guard adds to `ctx.state`: `new Koa<UsherState>()`, `new Router<UsherState>()`. */
export interface UsherState<Claims = TokenClaims> {
  /** The user of the verified token. */
  principal: Principal<Claims>;
}

/** What `guard.optional` adds to `ctx.state`. The guard adds it too. */
export interface OptionalUsherState<Claims = TokenClaims> {
  /** The user of the verified token, or null if the request has none. */
  optionalPrincipal: Principal<Claims> | null;
}
