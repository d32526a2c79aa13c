import type { Callback } from "../callback.ts";

export const logoutCallbacks: readonly Callback[] = [];
