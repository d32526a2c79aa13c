import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { resolvePort } from "../../../../scripts/launch/ports.ts";

/** A port that nothing listens on now. */
export function freePort(): Promise<number> {
  return resolvePort("PORT", "0", "127.0.0.1");
}

/**
 * Waits until something listens.
 *
 * @throws {Error} Nothing does after two minutes.
 */
export async function waitForPort(port: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}
