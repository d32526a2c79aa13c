import { betterAuthToken } from "@usher-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";

/** Better Auth runs on the page's origin, under /api/auth. */
export const authClient = createAuthClient({ plugins: [jwtClient()] });

/** Fetches a token for the API. Null if the user is signed out; any other failure is thrown. */
export const fetchToken = betterAuthToken(authClient);

/** The token of the browser's session, which Better Auth has in its cookie. It is not for the API. */
export async function readSessionToken(): Promise<string> {
  const { data, error } = await authClient.getSession();
  if (data) return data.session.token;
  throw new Error(error?.message ?? "There is no session");
}
