import type { Gate, GateRequest } from "../gate.ts";

/** How a sample app is put together. */
export interface SampleParts {
  readonly gate: Gate;
  /** Adds `GET /early` before the guard. */
  readonly isEarly: boolean;
  /** Adds the router with `GET /nested/reports` before the guard. */
  readonly isNestedOpen: boolean;
  /** Calls the guard when the handler has run. */
  readonly isAfter: boolean;
}

/** An app for `expectGuarded`. */
export interface Sample {
  readonly app: object;
  /** Its routes, if it cannot list them. */
  readonly routes?: readonly string[];
  close?(): Promise<unknown>;
}

/**
 * Builds the sample app of a framework, with `GET /health`, tasks by user, members by organization, profiles
 * by `:uid`, and a nested router, all behind a guard that is written by hand.
 */
export interface SampleFramework {
  readonly name: string;
  /** Whether handlers can be observed. */
  readonly isWatched: boolean;
  build(parts: SampleParts): Promise<Sample> | Sample;
}

/** What the handlers answer with. */
export const content = { tasks: [{ title: "Call the plumber" }] };

export const health = { status: "ok" };

/** Whether a guard that is applied by path leaves this request out. */
export function isLeftOut(
  { url }: Pick<GateRequest, "url">,
  { isEarly, isNestedOpen }: SampleParts,
): boolean {
  return (isEarly && url.startsWith("/early")) || (isNestedOpen && url.startsWith("/nested"));
}
