import { ProxyProblem } from "./problem-response.ts";

/** The body of a request, as it is passed on. */
export type Upload = {
  /** Undefined if the request has none. */
  readonly stream: ReadableStream<Uint8Array> | undefined;
  /** The length that the browser has stated. The stream has exactly as many bytes, or fails. */
  readonly length: number | undefined;
  /** Why the stream failed, if it is not the API's doing. */
  problem(): ProxyProblem | undefined;
};

const noUpload: Upload = { stream: undefined, length: undefined, problem: () => undefined };

/**
 * Opens the body of a request. Bytes are read as the API takes them, and none is kept.
 *
 * A body that is too large, or does not have its stated length, fails: the API sees an aborted request, never
 * a part of the body as if it were all of it.
 *
 * @param limit - the largest number of bytes
 * @param onRead - called before (`true`) and after (`false`) each wait for bytes of the browser
 * @throws {ProxyProblem} `content_too_large`: the stated length is. `request_incomplete`: the browser is
 *   gone.
 */
export async function openUpload(
  request: Request,
  limit: number,
  onRead: (isWaiting: boolean) => void,
): Promise<Upload> {
  const length = statedLength(request.headers);
  if (length !== undefined && length > limit) throw new ProxyProblem("content_too_large");
  const reader = length === 0 ? undefined : request.body?.getReader();
  if (reader === undefined) return noUpload;

  async function read() {
    onRead(true);
    try {
      return await (reader as ReadableStreamDefaultReader<Uint8Array>).read();
    } catch (cause) {
      throw new ProxyProblem("request_incomplete", { cause });
    } finally {
      onRead(false);
    }
  }

  // A body of no bytes is none: with a chunked one, some frameworks ask for its media type.
  let first = length === undefined ? await read() : undefined;
  if (first?.done) return noUpload;
  let received = 0;
  let problem: ProxyProblem | undefined;
  /** The API takes no more: it has answered, or failed. */
  let isEnded = false;

  async function next(): Promise<Uint8Array | undefined> {
    const { done, value } = first ?? (await read());
    first = undefined;
    received += value?.byteLength ?? 0;
    if (received > limit) throw new ProxyProblem("content_too_large");
    if (length !== undefined && (done ? received !== length : received > length))
      throw new ProxyProblem("request_incomplete");
    return value;
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await next();
          await otherEvents();
          if (bytes === undefined) controller.close();
          else controller.enqueue(bytes);
        } catch (error) {
          if (!isEnded) problem = error as ProxyProblem;
          throw error;
        }
      },
      // The rest is not cancelled, but left to the host: Node would close the connection before the answer is
      // sent.
      cancel() {
        isEnded = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, length, problem: () => problem };
}

function statedLength(headers: Headers): number | undefined {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Lets the event loop handle what has arrived before the next bytes are sent: the API may have answered
 * already, and closed its connection. Node's `fetch` would fail at the sending, and lose the answer (a 413,
 * mostly).
 */
function otherEvents(): Promise<void> {
  return new Promise((resolve) => (globalThis.setImmediate ?? queueMicrotask)(resolve));
}
