import { expoClient } from "@better-auth/expo/client";
import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";
import * as SecureStore from "expo-secure-store";
import { authUrl } from "./addresses";

/** The session's cookie is in the keychain (iOS) or encrypted by the keystore (Android). */
export const authClient = createAuthClient({
  baseURL: authUrl,
  plugins: [jwtClient(), expoClient({ scheme: "usher-tasks", storage: SecureStore })],
});
