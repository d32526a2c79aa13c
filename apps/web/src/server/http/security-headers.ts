import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/**
 * Headers for everything served: only our own scripts and styles run, none of them inline, requests go to us
 * and to the API, and no other site may frame the page.
 *
 * @param apiUrl - where the page may send requests beside its own origin
 * @param secure - whether the app is reached by https: browsers are then told to insist on it
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
