// `@usher-auth/verify/guard`: for authors of adapters.
export type { AuthorizationFields } from "../http/authorization.ts";
export type { Refusal } from "../http/problem.ts";
export type { WaitUntil } from "../keys/key-source.ts";
export { createGuard, type Guard, type GuardedRequest, type RouteAccess } from "./guard.ts";
export type { AcceptEvent, GuardOptions, RejectEvent } from "./guard-options.ts";
export type { RouteParams } from "./owner.ts";
