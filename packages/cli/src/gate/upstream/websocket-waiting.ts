import type { Duplex } from "node:stream";

/** Bytes that a client may send before it has an answer. More stay in the kernel. */
const mostEarly = 64 * 1024;

/** A client whose upgrade has no answer yet. */
export interface WaitingClient {
  /** Stops reading. Another reader must follow at once. */
  release(): Buffer;
}

/**
 * Reads a client's socket while the backend is asked, because only a reader learns that the client has left.
 *
 * @param head What the HTTP parser has read already.
 * @param left Called if the client closes its connection, not after `release`.
 */
export function waitFor(socket: Duplex, head: Buffer, left: () => void): WaitingClient {
  const early = [head];
  let bytes = head.length;
  const take = (chunk: Buffer) => {
    early.push(chunk);
    bytes += chunk.length;
    if (bytes > mostEarly) socket.pause();
  };
  socket.on("data", take).once("end", left).once("close", left);
  return {
    release() {
      socket.off("data", take).off("end", left).off("close", left);
      return Buffer.concat(early);
    },
  };
}
