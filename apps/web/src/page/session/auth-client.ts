import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";

/** Better Auth is served by the origin of the page, under /api/auth. */
export const authClient = createAuthClient({ plugins: [jwtClient()] });

/**
 * A token for the API, or null when nobody is signed in. Every other failure is thrown: an issuer that is out of order
 * does not mean that the user has signed out.
 */
export async function fetchToken(): Promise<string | null> {
  const { data, error } = await authClient.token();
  if (data) return data.token;
  if (error.status === 401) return null;
  throw new Error(error.message ?? `The web app gave no token (status ${error.status})`);
}
