import type { Callback } from "../callback.ts";

export const guardCallbacks: readonly Callback[] = [];
