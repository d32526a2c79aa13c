import { within } from "../user-code/deadline.ts";
import type { LogoutRequest } from "./endpoint.ts";
import { longestLogoutForm } from "./form.ts";
import { longestWait } from "./node-form.ts";

/**
 * Reads a fetch request for the endpoint, up to the endpoint's limit. A body that was read before, is
 * interrupted, too long or too slow is undefined. Never rejects.
 */
export async function readWebForm(request: Request): Promise<LogoutRequest> {
  const contentType = request.headers.get("content-type") ?? undefined;
  const { body } = request;
  if (body === null || request.bodyUsed) return { contentType, body: undefined };
  const reader = body.getReader();
  try {
    return { contentType, body: await within(longestWait, () => readAll(reader)) };
  } catch {
    return { contentType, body: undefined };
  } finally {
    // Not awaited: a sender that does not send may not stop either.
    reader.cancel().catch(() => undefined);
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.length;
    if (length > longestLogoutForm) return undefined;
    chunks.push(value);
  }
}
