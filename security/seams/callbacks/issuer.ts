import type { Callback } from "../callback.ts";

export const issuerCallbacks: readonly Callback[] = [];
