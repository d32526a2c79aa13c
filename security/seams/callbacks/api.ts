import type { Callback } from "../callback.ts";

export const apiCallbacks: readonly Callback[] = [];
