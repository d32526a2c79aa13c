import type { Callback } from "../callback.ts";

export const adaptersCallbacks: readonly Callback[] = [];
