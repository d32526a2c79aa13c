import type { Callback } from "../callback.ts";

export const revocationsCallbacks: readonly Callback[] = [];
