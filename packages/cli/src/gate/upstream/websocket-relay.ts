import type { RawData, WebSocket } from "ws";

/** Bytes that may wait to be sent to one side before the other is not read any more, and is read again. */
const [full, drained] = [1024 * 1024, 256 * 1024];

/** Close codes that only say what happened here. They are never sent (RFC 6455 section 7.4.1). */
const [noCode, vanished] = [1005, 1006];

/** The code for a client whose backend vanished: Bad Gateway, in IANA's registry of close codes. */
const badGateway = 1014;
const tooBig = 1009;

/** The two ends of a bridge. */
export interface Ends {
  readonly client: WebSocket;
  readonly backend: WebSocket;
}

/**
 * Passes messages, closes and losses between two WebSockets.
 *
 * @param isForBackend Whether the backend may see a message of the client.
 */
export function relay({ client, backend }: Ends, isForBackend: (message: RawData) => boolean): void {
  passMessages(client, backend, isForBackend);
  passMessages(backend, client, () => true);
  passEnd(client, backend, () => backend.terminate());
  passEnd(backend, client, () => client.close(badGateway));
}

function passMessages(from: WebSocket, to: WebSocket, mayPass: (message: RawData) => boolean): void {
  from.on("message", (message: RawData, isBinary: boolean) => {
    if (to.readyState !== to.OPEN || !mayPass(message)) return;
    to.send(message as Buffer, { binary: isBinary }, () => {
      if (from.isPaused && to.bufferedAmount <= drained) from.resume();
    });
    if (to.bufferedAmount > full) from.pause();
  });
}

/** @param lost Ends the other side if this one vanished. */
function passEnd(from: WebSocket, to: WebSocket, lost: () => void): void {
  let isTooBig = false;
  from.on("error", (error: Error & { code?: string }) => {
    isTooBig = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
  });
  from.on("close", (code: number, reason: Buffer) => {
    // A side that is not read would never see the answer to its close frame.
    to.resume();
    if (to.readyState !== to.OPEN) return;
    if (isTooBig) to.close(tooBig);
    else if (code === noCode) to.close();
    else if (code === vanished) lost();
    else to.close(code, reason);
  });
}
