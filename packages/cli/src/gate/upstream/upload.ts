import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** What an upload tells the exchange that it belongs to. */
export interface UploadEvents {
  /** The first byte is asked for: a client that waits for `100 Continue` may send. */
  onStart(): void;
  /** Bytes arrived, or the upload now waits for another side than before. */
  onProgress(): void;
  /** More bytes than `maxBytes`. The upload sends no more. */
  onTooLarge(): void;
}

/**
 * The body of a client's request, for the backend. It reads only what the backend takes, and ends only when
 * the client's request is complete. When it is destroyed, the client's connection goes on: the rest is
 * discarded.
 */
export class Upload extends Readable {
  readonly #request: IncomingMessage;
  readonly #maxBytes: number;
  readonly #events: UploadEvents;
  #bytes = 0;
  #started = false;
  #complete = false;
  #waitsForClient = false;

  constructor(request: IncomingMessage, maxBytes: number | undefined, events: UploadEvents) {
    super();
    this.#request = request;
    this.#maxBytes = maxBytes ?? Number.POSITIVE_INFINITY;
    this.#events = events;
  }

  /** Whether the backend takes more, and the client has not sent it. */
  get waitsForClient(): boolean {
    return this.#waitsForClient;
  }

  override _read(): void {
    if (!this.#started) {
      this.#started = true;
      this.#request.on("data", this.#onData).on("end", this.#onEnd);
      this.#events.onStart();
    }
    if (this.#complete || this.#waitsForClient) return;
    this.#waitsForClient = true;
    this.#request.resume();
    this.#events.onProgress();
  }

  /** Errors of the backend's connection are reported by that connection. */
  override _destroy(_error: Error | null, callback: (error?: Error | null) => void): void {
    this.#waitsForClient = false;
    this.#request.off("data", this.#onData).off("end", this.#onEnd);
    // What nobody reads would keep the connection from its next request.
    this.#request.resume();
    callback(null);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) {
      this.#events.onTooLarge();
      return;
    }
    if (!this.push(chunk)) {
      this.#waitsForClient = false;
      this.#request.pause();
    }
    this.#events.onProgress();
  };

  readonly #onEnd = (): void => {
    this.#complete = true;
    this.#waitsForClient = false;
    this.push(null);
    this.#events.onProgress();
  };
}
