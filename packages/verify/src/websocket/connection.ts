import type { Duplex } from "node:stream";
import { sendClose } from "./raw-answer.ts";

/** What is under a session: the raw connection, or a framework's own WebSocket. */
export interface Connection {
  /** Sends a close frame. @param reason ASCII, at most 123 characters. */
  close(code: number, reason: string): void;
  /** Cuts it off, without a word. */
  destroy(): void;
}

/** The raw connection of an upgrade, between the frames of whatever library serves it. */
export function rawConnection(socket: Duplex): Connection {
  // A connection that breaks must not end the process, whatever library listens, or does not.
  socket.on("error", () => {});
  return {
    close: (code, reason) => sendClose(socket, code, reason),
    destroy: () => socket.destroy(),
  };
}
