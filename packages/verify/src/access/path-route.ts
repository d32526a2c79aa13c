import type { Principal, TokenClaims } from "../claims/principal.ts";
import { createPathMatcher, type MatchPath, type PathParams } from "./path-pattern.ts";
import { type Policy, readPolicies } from "./policies.ts";
import { refuseMisspelling } from "./route-table.ts";

/** A handler's paths, for a server without a router of its own. */
export interface PathRoute<Path extends string, Claims = TokenClaims> {
  /**
   * The pattern, or patterns, that the handler is for: `/api/:userId/tasks`. A parameter is one whole
   * segment, decoded once; a last segment `*` is any rest. The first pattern that fits tells the parameters.
   * A path that none fits is a 404, so one that was forgotten is closed.
   */
  readonly path: Path | readonly Path[];
  /** What the handler asks for besides a valid token and the owner's path. Default: nothing. */
  readonly policies?: readonly Policy<Claims>[];
}

/** What a handler is given beside its request. */
export interface Access<Params, Claims = TokenClaims> {
  /** Who the verified token speaks for. */
  readonly principal: Principal<Claims>;
  /** The parameters that the owner was held by. Take ids from here, and not from the URL once more. */
  readonly params: Params;
}

/** An {@link Access} that also says which pattern fitted: switch on its `path`. */
export type PathAccess<Path extends string, Claims = TokenClaims> = Path extends string
  ? Access<PathParams<Path>, Claims> & { readonly path: Path }
  : never;

/** A {@link PathRoute} after the one check that it gets. */
export interface CheckedPathRoute<Claims> {
  readonly match: MatchPath;
  readonly policies: readonly Policy<Claims>[];
}

/**
 * @throws {ConfigurationError} A pattern or a policy that is none; an owner parameter in another spelling.
 */
export function readPathRoute<Claims>(
  { path, policies }: PathRoute<string, Claims>,
  ownerParams: readonly string[],
): CheckedPathRoute<Claims> {
  const match = createPathMatcher(path);
  for (const pattern of [path].flat()) refuseMisspelling(pattern, ownerParams);
  return { match, policies: readPolicies(policies, String(path)) };
}
