// `@usher-auth/verify/events`: what happens in this process, for logs, metrics and audits.
export type {
  KeyFacts,
  KeysChanged,
  LogoutReceived,
  OwnerExceptionUsed,
  RequestAccepted,
  RequestFacts,
  RequestRejected,
  RevocationsChanged,
  TokenVerified,
  UsherEvents,
} from "./events.ts";
export { subscribe } from "./subscribe.ts";
