import type { Callback } from "../callback.ts";
import { frameworkCallbacks } from "./frameworks.ts";

export const adaptersCallbacks: readonly Callback[] = [...frameworkCallbacks];
