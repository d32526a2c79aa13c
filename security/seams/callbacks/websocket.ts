import type { Callback } from "../callback.ts";

export const websocketCallbacks: readonly Callback[] = [];
