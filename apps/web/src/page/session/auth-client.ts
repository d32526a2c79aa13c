import { betterAuthToken } from "@usher-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";

/** Better Auth is served by the origin of the page, under /api/auth. */
export const authClient = createAuthClient({ plugins: [jwtClient()] });

/** A token for the API, or null when nobody is signed in. Every other failure is thrown. */
export const fetchToken = betterAuthToken(authClient);
