import type { Duplex } from "node:stream";

/** How much of a body that no one wants is read and dropped, in bytes, and for how long, in milliseconds. */
const [mostBytes, longestWait] = [16 * 1024 * 1024, 5_000];

const lingering = new WeakSet<object>();
const closing = new WeakSet<object>();

/** Whether the last answer on this connection has been given. Nothing that still arrives on it counts. */
export function isLingering(socket: object): boolean {
  return lingering.has(socket);
}

/** Says that an answer that has begun is the last on its connection. */
export function markLastAnswer(socket: object): void {
  closing.add(socket);
}

/**
 * Whether the last answer on this connection has begun. Node may have read the next request already. It must
 * not be processed (RFC 9112 section 9.6): where the one before it ended may have been in doubt.
 */
export function hasLastAnswer(socket: object): boolean {
  return lingering.has(socket) || closing.has(socket);
}

/**
 * Closes a connection after its last answer, while the client may still be sending (RFC 9112 section 9.6).
 * Closing at once would make the kernel reset the connection, and the client could lose the answer. So this
 * closes the sending side, drops what arrives, and ends with the client, or at a limit.
 */
export function closeAfterAnswer(socket: Duplex): void {
  if (lingering.has(socket)) return;
  lingering.add(socket);
  socket.on("error", () => {});
  const timer = setTimeout(() => socket.destroy(), longestWait);
  socket.once("close", () => clearTimeout(timer));
  let left = mostBytes;
  const drop = (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  };
  // The HTTP parser must not see a further request on this connection.
  socket.on("data", drop);
  for (const listener of socket.listeners("data"))
    if (listener !== drop) socket.off("data", listener as () => void);
  socket.once("end", () => socket.destroy());
  socket.end();
  // `resume` alone does nothing if the parser stopped reading because a body was not consumed.
  socket.pause().resume();
}
