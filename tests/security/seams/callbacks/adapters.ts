import type { Callback } from "../callback.ts";
import { frameworkCallbacks } from "./frameworks.ts";
import { socketCallbacks } from "./over-sockets.ts";

export const adaptersCallbacks: readonly Callback[] = [...frameworkCallbacks, ...socketCallbacks];
