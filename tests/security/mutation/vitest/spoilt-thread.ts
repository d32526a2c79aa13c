import { BroadcastChannel } from "node:worker_threads";

/** Between Vitest's process and the thread that runs the tests. */
const name = "usher-spoilt-thread";

/**
 * Tells Vitest's process that the thread is of no more use. A test file loads without a mutant: if it fails
 * to, an earlier mutant has left something broken behind, such as a method of a framework that the adapter
 * replaces once.
 */
export function reportSpoiltThread(): void {
  const channel = new BroadcastChannel(name);
  channel.postMessage(undefined);
  channel.close();
}

/** Calls the listener when a thread of this process reports that. */
export function onSpoiltThread(listener: () => void): void {
  const channel = new BroadcastChannel(name);
  channel.onmessage = listener;
  channel.unref();
}
