/**
 * The global `fetch`, without a copy of the body.
 *
 * Node's keeps one, to send it again after a redirect, even if it follows none: it sends the second stream of
 * `tee()`, and the first, which nobody reads, would keep all bytes. It gets a stream that fails instead. If
 * Node sent that one, the request would fail, and not be empty.
 */
export async function globalFetch(url: string, init: RequestInit): Promise<Response> {
  const { body } = init;
  if (body instanceof ReadableStream) Object.assign(body, { tee: () => [failed(), body] });
  // No Request, around whose body Node would put another stream. Read at each call: frameworks replace it.
  return await globalThis.fetch(url, init);
}

function failed(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.error(new Error("This body is sent once")) });
}
