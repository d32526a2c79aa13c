import { within } from "../user-code/deadline.ts";
import type { LogoutRequest } from "./endpoint.ts";
import { longestLogoutForm } from "./form.ts";
import { longestWait } from "./node-form.ts";

/**
 * Reads what the endpoint needs out of a fetch request, and no more of its body than the endpoint takes. What
 * was read before, breaks off, is too long or takes too long has no body. Never rejects.
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
    // Not waited for: who does not send may not stop either.
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
