import { getSessionCookie } from "better-auth/cookies";
import { type NextRequest, NextResponse } from "next/server";

/**
 * Sends visitors without a session cookie to the sign-in page, before anything is rendered. This is NOT a
 * check: anyone can send a cookie with this name. Pages ask Better Auth (lib/user.ts), and the API verifies
 * the token.
 */
export function proxy(request: NextRequest) {
  if (getSessionCookie(request) !== null) return NextResponse.next();
  return NextResponse.redirect(new URL("/sign-in", request.url));
}

export const config = { matcher: ["/tasks", "/browser", "/same-site"] };
