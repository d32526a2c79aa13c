import type { Callback } from "../callback.ts";

export const verifierCallbacks: readonly Callback[] = [];
