import type { Callback } from "../callback.ts";

export const clientCallbacks: readonly Callback[] = [];
