import type { Principal, TokenClaims } from "../../claims/principal.ts";

/** What the guard adds to the context: `c.var.principal`, `c.get("principal")`. */
export interface UsherEnv<Claims = TokenClaims> {
  Variables: {
    /** The user of the verified token. */
    principal: Principal<Claims>;
  };
}

/** What `optionalAuth` adds to the context: `c.var.optionalPrincipal`. The guard adds it too. */
export interface OptionalUsherEnv<Claims = TokenClaims> {
  Variables: {
    /** The user of the verified token, or null if the request has none. */
    optionalPrincipal: Principal<Claims> | null;
  };
}
