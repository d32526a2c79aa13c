import type { Duplex } from "node:stream";
import { sendClose } from "./raw-answer.ts";

/** The connection of a session: a raw socket, or a framework's WebSocket. */
export interface Connection {
  /**
   * Sends a close frame.
   *
   * @param reason ASCII, at most 123 characters.
   */
  close(code: number, reason: string): void;
  /** Closes the connection without a close frame. */
  destroy(): void;
}

/** Creates the connection of an upgrade's raw socket, which another library writes frames to. */
export function rawConnection(socket: Duplex): Connection {
  // Without a listener, an `error` event of the socket would end the process.
  socket.on("error", () => {});
  return {
    close: (code, reason) => sendClose(socket, code, reason),
    destroy: () => socket.destroy(),
  };
}
