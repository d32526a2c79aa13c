import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closeAfterAnswer, markLastAnswer } from "./linger.ts";

/** A body up to this many bytes is read to its end after the answer, so that the connection can stay open. */
const smallBody = 64 * 1024;
/** Milliseconds in which the rest of a small body must arrive after the answer. */
const restTimeout = 5_000;

/**
 * A response that may begin before the request's body has arrived, as every refusal does. A small rest is
 * read, so that the client can use its connection again. Otherwise the response says `connection: close`, and
 * the connection closes without reading the body and without losing the answer.
 */
export class GateResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  /** Whether the client waits for `100 Continue` before it sends the body. */
  awaitsContinue = false;
  /** Sent with the head. `setHeader` would do it, but makes Node take a list of headers apart: five times slower. */
  requestId: string | undefined;

  /** One that was broken off behind another one would be sent as far as it came, and hold the connection up. */
  override assignSocket(socket: Socket): void {
    if (this.destroyed) closeAfterAnswer(socket);
    else super.assignSocket(socket);
  }

  /** Asks the client for the body, if it waits for that. To be called when the body is wanted. */
  override writeContinue(callback?: () => void): void {
    if (!this.awaitsContinue || this.headersSent) return;
    this.awaitsContinue = false;
    super.writeContinue(callback);
  }

  override writeHead(...input: [number, ...never[]]): this {
    // A second call is an error.
    if (!this.headersSent && hasRest(this.req)) this.#prepareForRest();
    if (!this.headersSent && this.requestId !== undefined) this.#addRequestId(this.requestId, input.at(-1));
    if (!this.shouldKeepAlive) markLastAnswer(this.req.socket);
    return super.writeHead(...(input as [number]));
  }

  #addRequestId(id: string, headers: unknown): void {
    if (Array.isArray(headers)) headers.push("x-request-id", id);
    else this.setHeader("x-request-id", id);
  }

  #prepareForRest(): void {
    const { req: request } = this;
    // The response has no socket yet while another response is before it on the connection.
    const { socket } = request;
    if (!this.awaitsContinue && Number(request.headers["content-length"]) <= smallBody) {
      this.once("finish", () => awaitRest(request));
      return;
    }
    this.shouldKeepAlive = false;
    // What Node calls after the last response of a connection.
    socket.destroySoon = () => closeAfterAnswer(socket);
  }
}

function hasRest({ complete, headers }: IncomingMessage): boolean {
  return (
    !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0)
  );
}

/** Node reads on by itself only if no one has begun to read the body. */
function awaitRest(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), restTimeout);
  const stop = () => clearTimeout(timer);
  request.once("end", stop);
  socket.once("close", stop);
  request.resume();
}
