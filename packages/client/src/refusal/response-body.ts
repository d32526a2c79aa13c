import { callWithDeadline } from "../deadline.ts";

/** Bytes. A problem has a few hundred. */
const LONGEST_BODY = 65_536;
/** Milliseconds for the body to arrive. */
const TIMEOUT = 5_000;

/**
 * The JSON of a response, which stays unread for the caller. Undefined if it is not JSON, longer than 64 KiB,
 * broken, or not complete within 5 seconds.
 */
export async function readJson(response: Response): Promise<unknown> {
  if (!isJson(mediaTypeOf(response)) || Number(response.headers.get("content-length")) > LONGEST_BODY)
    return undefined;
  try {
    return JSON.parse(await readText(response.clone()));
  } catch {
    // Also where there is no `clone`, as in Expo's own fetch.
    return undefined;
  }
}

export function mediaTypeOf({ headers }: Response): string {
  return headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
}

function isJson(mediaType: string): boolean {
  return mediaType === "application/json" || mediaType.endsWith("+json");
}

/** React Native has neither streams nor TextDecoder: it reads a body as a whole. */
async function readText(response: Response): Promise<string> {
  const reader = typeof TextDecoder === "function" ? response.body?.getReader() : undefined;
  const read = () => (reader ? readLimited(reader) : response.text());
  try {
    return String(await callWithDeadline(read, TIMEOUT, () => new Error("The body is too slow")));
  } finally {
    // Resolves only when the caller's copy is cancelled too.
    reader?.cancel().catch(() => undefined);
  }
}

async function readLimited(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    length += chunk.value.byteLength;
    if (length > LONGEST_BODY) throw new Error("The body is too long");
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}
