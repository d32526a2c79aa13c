import { betterAuthToken, createApiClient } from "@usher-auth/client";
import { apiUrl, emulatorHost } from "./addresses";
import { authClient } from "./auth-client";
import { passwordQuestion } from "./password-question";

/** A `fetch` with the user's token. The token is in memory only. */
export const api = createApiClient({
  baseURL: apiUrl,
  // Plain http, in development only: a release build refuses it.
  allowInsecureHosts: __DEV__ ? [emulatorHost, new URL(apiUrl).hostname] : [],
  getToken: betterAuthToken(authClient),
  // The session has ended, here or on the server: Better Auth looks it up, and `App` shows the sign-in screen. A
  // second `signOut()` could arrive after the next user's sign-in, and end their session.
  onSignedOut: () => authClient.$store.atoms.session?.get().refetch(),
  // Someone else has signed in: `App` shows their screen, and nothing was sent with their token until here.
  onUserChanged: () => api.clearToken(),
  onReauthenticationRequired: () => passwordQuestion.ask(),
});
