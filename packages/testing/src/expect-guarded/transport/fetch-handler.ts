import { type Answer, bodyLimit, type Send, type SentRequest } from "../exchange.ts";
import { statusOf } from "../handler-runs.ts";
import { duration, pause } from "./read-start.ts";

/** Calls a handler that takes a `Request` and returns a `Response`. What it throws is a 500, as in its hosts. */
export function sendToFetch(handle: (request: Request, sent: SentRequest) => unknown): Send {
  return async (sent, signal) => {
    const { method, target, headers, body } = sent;
    const request = new Request(`http://${headers.host ?? "localhost"}${target}`, {
      ...{ method, headers, signal },
      ...(body !== undefined && { body }),
    });
    let response: unknown;
    try {
      response = await handle(request, sent);
    } catch {
      return plainAnswer(500);
    }
    return statusOf(response) === undefined ? plainAnswer(500) : readResponse(response as Response, signal);
  };
}

async function readResponse({ status, headers, body }: Response, signal: AbortSignal): Promise<Answer> {
  return {
    status,
    header: (name) => headers.get(name) ?? undefined,
    body: body === null ? "" : await readBody(body, signal),
  };
}

async function readBody(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const end = performance.now() + duration;
  let text = "";
  try {
    while (text.length < bodyLimit && !signal.aborted && performance.now() < end) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const paused = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), pause);
      });
      const chunk = await Promise.race([reader.read(), paused]);
      clearTimeout(timer);
      if (chunk === undefined || chunk.done) break;
      text += typeof chunk.value === "string" ? chunk.value : decoder.decode(chunk.value, { stream: true });
    }
  } catch {
    // The status is known. A body that breaks off does not change it.
  }
  reader.cancel().catch(() => undefined);
  return text;
}

function plainAnswer(status: number): Answer {
  return { status, header: () => undefined, body: "" };
}
