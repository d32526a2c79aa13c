/**
 * A Better Auth plugin that issues tokens for an API.
 *
 * @packageDocumentation
 */
export { IssuerError } from "./errors.ts";
export type { IssuerEvents, LogoutDelivery } from "./events/events.ts";
export { subscribe } from "./events/subscribe.ts";
export {
  type DeliveryStatus,
  DeliveryStatusError,
  deliveryStatus,
} from "./logout/delivery-status.ts";
export type {
  AuthenticatedSession,
  KeyPairAlgorithm,
  KeyPairLife,
  UsherJwtOptions,
} from "./options/options.ts";
export type { ApiTokenPayload } from "./token/payload.ts";
export { type UsherJwtPlugin, usherJwt } from "./usher-jwt.ts";
