import { connect } from "node:net";

/** A request to the byte, as no well-behaved client would send it. */
export interface RawRequest {
  readonly method?: string;
  /** The request target, as it stands on the request line (RFC 9112 section 3.2). */
  readonly target: string;
  /** Header lines in order, `name: value`; the same name may come twice. */
  readonly headers?: readonly string[];
}

export interface RawResponse {
  readonly status: number;
  /** Names in lower case. A name that comes twice is kept as a list joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request on a socket of its own and reads the answer to its end. */
export function sendRaw(origin: string, { method = "GET", target, headers = [] }: RawRequest): Promise<RawResponse> {
  const { hostname, port, host } = new URL(origin);
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...headers, "", ""];
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    socket.setTimeout(20_000, () => socket.destroy(new Error(`${method} ${target}: no answer`)));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("error", reject);
    socket.once("close", () => {
      try {
        resolve(parse(Buffer.concat(chunks).toString("latin1")));
      } catch (error) {
        reject(error);
      }
    });
    // Not `end`: some servers take a half-closed connection for one that was given up.
    socket.write(Buffer.from(lines.join("\r\n"), "latin1"));
  });
}

function parse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...fields] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (end === -1 || Number.isNaN(status)) throw new Error(`no HTTP response: ${JSON.stringify(text.slice(0, 200))}`);
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const rest = text.slice(end + 4);
  const body = headers["transfer-encoding"] === "chunked" ? unchunk(rest) : rest;
  return { status, headers, body: Buffer.from(body, "latin1").toString("utf8") };
}

/** RFC 9112 section 7.1. */
function unchunk(text: string): string {
  let body = "";
  for (let rest = text; rest !== ""; ) {
    const lineEnd = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, lineEnd), 16);
    if (!(size > 0)) break;
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    rest = rest.slice(lineEnd + 2 + size + 2);
  }
  return body;
}
