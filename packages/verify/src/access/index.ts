// `@usher-auth/verify/guard`: for authors of adapters.
export type { AuthorizationFields } from "../http/authorization.ts";
export type { PreparedResponse, Refusal } from "../http/problem.ts";
export type { ProtectedResource } from "../http/resource-metadata.ts";
export type { WaitUntil } from "../keys/key-source.ts";
export { createGuard, type Guard, type GuardedRequest, type RouteAccess } from "./guard.ts";
export {
  type GuardHost,
  type LoggedRefusal,
  type RefusalLogger,
  type RequestDescription,
  structuredLogger,
} from "./guard-host.ts";
export type {
  AcceptEvent,
  GuardOptions,
  OwnerExceptionEvent,
  OwnerParam,
  RejectEvent,
} from "./guard-options.ts";
export type { Owner, Owners, RouteParams } from "./owner.ts";
export type { OwnerException } from "./owner-exceptions.ts";
export type { OwnerRule } from "./owner-rule.ts";
