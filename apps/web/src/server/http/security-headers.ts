import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/**
 * Security headers for every response: only our own scripts and styles, none of them inline; requests only to
 * this server and the API; no framing by other sites.
 *
 * @param apiUrl - the API, to which the page may send requests
 * @param secure - whether the app is served over https: then sends Strict-Transport-Security
 */
export function securityHeaders(apiUrl: string, secure: boolean): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'", new URL(apiUrl).origin],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
    referrerPolicy: "same-origin",
    strictTransportSecurity: secure,
    xFrameOptions: "DENY",
  });
}
