import type { Principal, TokenClaims } from "../claims/principal.ts";
import { createPathMatcher, type MatchPath, type PathParams } from "./path-pattern.ts";
import { type Policy, readPolicies } from "./policies.ts";
import { refuseMisspelling } from "./route-table.ts";

/** A handler's paths, for a server without a router. */
export interface PathRoute<Path extends string, Claims = TokenClaims> {
  /**
   * The pattern, or patterns, of the handler: `/api/:userId/tasks`. A parameter is one whole segment, decoded
   * once; a last segment `*` matches any rest. The first pattern that matches gives the parameters. A path
   * that matches none is a 404, so a forgotten path is closed.
   */
  readonly path: Path | readonly Path[];
  /** What the handler requires in addition to a valid token and the owner's path. Default: nothing. */
  readonly policies?: readonly Policy<Claims>[];
}

/** What a handler gets along with its request. */
export interface Access<Params, Claims = TokenClaims> {
  /** The user of the verified token. */
  readonly principal: Principal<Claims>;
  /** The parameters that the owner check used. Take ids from here; do not parse the URL again. */
  readonly params: Params;
}

/** An {@link Access} with the pattern that matched. Switch on its `path`. */
export type PathAccess<Path extends string, Claims = TokenClaims> = Path extends string
  ? Access<PathParams<Path>, Claims> & { readonly path: Path }
  : never;

/** A {@link PathRoute} after validation. */
export interface CheckedPathRoute<Claims> {
  readonly match: MatchPath;
  readonly policies: readonly Policy<Claims>[];
}

/** @throws {ConfigurationError} An invalid pattern or policy, or another spelling of an owner parameter. */
export function readPathRoute<Claims>(
  { path, policies }: PathRoute<string, Claims>,
  ownerParams: readonly string[],
): CheckedPathRoute<Claims> {
  const match = createPathMatcher(path);
  for (const pattern of [path].flat()) refuseMisspelling(pattern, ownerParams);
  return { match, policies: readPolicies(policies, String(path)) };
}
