import { connect } from "node:net";

/** A request, byte for byte. */
export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  /** Names and values, in order. `Host` and `Connection: close` are added unless they are there. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** A response. */
export interface RawResponse {
  /** 0: the connection ended without one. */
  readonly status: number;
  /** Names in lower case, and all values of each. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Milliseconds until a response must be complete. */
const limit = 30_000;

/** Sends a request without changing a byte, and returns the response. */
export async function exchange(port: number, request: RawRequest): Promise<RawResponse> {
  const { method = "GET", target, headers = [], body = "" } = request;
  const has = (name: string) => headers.some(([key]) => key.toLowerCase() === name);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(has("host") ? [] : ["Host: api.example.com"]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(has("connection") ? [] : ["Connection: close"]),
    ...(body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body, "latin1")}`]),
  ];
  const bytes = await receive(port, `${lines.join("\r\n")}\r\n\r\n${body}`);
  return parse(bytes.toString("latin1"));
}

function receive(port: number, text: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const parts: Buffer[] = [];
    socket.setTimeout(limit, () => socket.destroy(new Error(`no complete response in ${limit} ms`)));
    socket.on("data", (part) => {
      parts.push(part);
      // A request with another `Connection` may leave the connection open.
      if (isComplete(Buffer.concat(parts).toString("latin1"))) socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      // The server refused the request and closed, before or while it was sent.
      if (error.code === "ECONNRESET" || error.code === "EPIPE") resolve(Buffer.concat(parts));
      else reject(error);
    });
    socket.once("close", () => resolve(Buffer.concat(parts)));
    socket.write(text, "latin1");
  });
}

/** A response to a request of any method but HEAD. */
function isComplete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = text.slice(0, end).toLowerCase();
  const length = /\r\ncontent-length: *([0-9]+)/.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  if (head.includes("\r\ntransfer-encoding:")) return text.endsWith("0\r\n\r\n");
  return /^http\/1\.1 (?:204|304)/.test(head);
}

function parse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const raw = end === -1 ? "" : text.slice(end + 4);
  const body = headers.get("transfer-encoding")?.[0] === "chunked" ? unchunk(raw) : raw;
  return { status: Number(first.split(" ")[1] ?? 0), headers, body };
}

function unchunk(text: string): string {
  let rest = text;
  let body = "";
  for (;;) {
    const end = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (end === -1 || !(size > 0)) return body;
    body += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 2 + size + 2);
  }
}
