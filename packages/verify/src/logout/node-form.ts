import type { IncomingMessage } from "node:http";
import type { LogoutRequest } from "./endpoint.ts";
import { longestLogoutForm } from "./form.ts";

/** Milliseconds in which a sender must send the body. */
export const longestWait = 10_000;

/** A request of `node:http`, or of a host that imitates it. */
export type NodeFormRequest = Pick<IncomingMessage, "headers">;

/**
 * Reads a request for the endpoint: its stream, up to the endpoint's limit, or the result of a body parser
 * that ran before. A body that is interrupted, too long or too slow is undefined. Never rejects.
 *
 * @param parsed The result of a body parser. Several parsers leave an empty object for a body that they did
 *   not read.
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
      // Node discards the rest of a request once it is answered.
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
 * Turns the result of a body parser back into text, so that one function reads all forms. A repeated field is
 * a list and becomes several fields again.
 *
 * @returns Undefined if the value cannot be a form.
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
