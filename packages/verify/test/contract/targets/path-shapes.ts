import type { ContractOptions, TargetShapes } from "../target.ts";

/** Adds a route with the guard's own patterns. */
type Protect = (options: ContractOptions, path: string) => unknown;

/** Patterns that the guard's own routes reject. */
export function refusedPatterns(protect: Protect): NonNullable<TargetShapes["refusedAtStart"]> {
  return {
    "an optional owner that is missing": (options) => protect(options, "/optional/:userId?"),
    "another spelling": (options) => protect(options, "/misspelt/:user_id"),
    "another spelling below another parameter": (options) => protect(options, "/teams/:teamId/users/:userid"),
    "an owner twice": (options) => protect(options, "/twice/:userId/:userId"),
    "an owner in a wildcard": (options) => protect(options, "/wild/*userId"),
  };
}
