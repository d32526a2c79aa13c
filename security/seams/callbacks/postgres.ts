import type { Callback } from "../callback.ts";

export const postgresCallbacks: readonly Callback[] = [];
