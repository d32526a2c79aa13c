import type { IncomingMessage } from "node:http";
import type { LogoutRequest } from "./endpoint.ts";
import { longestLogoutForm } from "./form.ts";

/** Milliseconds that a sender has for 16 KB. */
export const longestWait = 10_000;

/** A request of `node:http`, or of a host that imitates one. */
export type NodeFormRequest = Pick<IncomingMessage, "headers">;

/**
 * Reads what the endpoint needs out of a request: its stream, and of that no more than the endpoint takes; or
 * what a body parser of the application made of it before. What breaks off, is too long or takes too long has
 * no body. Never rejects.
 *
 * @param parsed What a body parser has left. Several leave an empty object beside a body that they did not
 *   read.
 */
export async function readNodeForm(request: NodeFormRequest, parsed: unknown): Promise<LogoutRequest> {
  const contentType = request.headers["content-type"];
  return {
    contentType,
    body: isUnread(request) ? await readStream(request as IncomingMessage) : formOf(parsed),
  };
}

function isUnread(request: object): boolean {
  const { readable, readableDidRead } = request as Partial<IncomingMessage>;
  return readable === true && readableDidRead !== true;
}

function readStream(request: IncomingMessage): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const timer = setTimeout(() => finish(undefined), longestWait);

    function finish(body: Uint8Array | undefined): void {
      clearTimeout(timer);
      request.off("data", take).off("end", end).off("error", fail).off("close", fail);
      // Node discards what is left of a request once it is answered.
      request.on("error", () => {}).resume();
      resolve(body);
    }
    function take(chunk: Uint8Array): void {
      length += chunk.length;
      if (length > longestLogoutForm) finish(undefined);
      else chunks.push(chunk);
    }
    const end = () => finish(Buffer.concat(chunks));
    const fail = () => finish(undefined);

    request.on("data", take).on("end", end).on("error", fail).on("close", fail);
  });
}

/**
 * The form that a body parser of the application has left, as text once more: there is one reader of forms,
 * and it is ours. A field that came twice is a list, and stays two fields.
 *
 * @returns Undefined where the parser left nothing that a form could be made of.
 */
function formOf(parsed: unknown): string | Uint8Array | undefined {
  if (typeof parsed === "string" || parsed instanceof Uint8Array) return parsed;
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parsed)) {
    for (const one of [value].flat()) if (typeof one === "string") form.append(name, one);
  }
  return form.toString();
}
