import type { Callback } from "../callback.ts";

export const cliCallbacks: readonly Callback[] = [];
