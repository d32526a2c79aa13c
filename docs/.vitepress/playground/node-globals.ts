import { BrowserBuffer } from "./node-buffer.ts";

/** The warnings of the guard, such as of a secret that is easy to guess. */
export const warnings: string[] = [];

/** What Node has and browsers lack. The guard's modules use it when they run. */
Object.assign(globalThis, {
  Buffer: BrowserBuffer,
  process: { env: {}, emitWarning: (message: string) => void warnings.push(message) },
});
