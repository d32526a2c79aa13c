import { createAuthClient } from "better-auth/svelte";

/** Signs in and out. It has no `jwtClient()`: the browser gets no tokens. */
export const authClient = createAuthClient();
