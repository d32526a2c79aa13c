import type { Callback } from "../callback.ts";

export const keysCallbacks: readonly Callback[] = [];
