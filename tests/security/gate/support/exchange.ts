import { connect } from "node:net";

/** Milliseconds without a byte after which a connection that stays open counts as finished. */
const usualQuiet = 400;

/**
 * Sends bytes on a new connection and returns what comes back until it is closed, or quiet: many attacks
 * leave the server waiting for a rest that never comes.
 */
export function exchange(port: number, bytes: Buffer, quiet = usualQuiet): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(quiet, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString("latin1");
    });
    // A server that refuses a request before all of it has arrived resets the connection.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(heard));
  });
}

/** The status of the first response that is not interim; 0 without one. */
export function statusOf(heard: string): number {
  const statuses = [...heard.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
  return statuses.find((status) => status >= 200) ?? 0;
}
