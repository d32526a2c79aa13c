import { connect } from "node:net";

/** A request, to the byte, that a normal client would not send. */
export interface RawRequest {
  readonly method?: string;
  /** The request target, as on the request line (RFC 9112 section 3.2). */
  readonly target: string;
  /** Header lines in order, `name: value`. A name may occur twice. */
  readonly headers?: readonly string[];
}

/** A response as received. */
export interface RawResponse {
  /** 0 if the server closed the connection without a response. */
  readonly status: number;
  /** Names in lower case. The values of a repeated name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The bytes after the response: a second response, if the server read one request as two. */
  readonly rest: string;
}

/** How long to wait for a response and the end of the connection, in milliseconds. */
const timeout = 20_000;

/** Sends one request on a new socket and reads the whole response. */
export async function sendRaw(origin: string, request: RawRequest): Promise<RawResponse> {
  const { method = "GET", target, headers = [] } = request;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    "Connection: close",
    ...headers,
  ];
  const response = await sendBytes(origin, Buffer.from([...lines, "", ""].join("\r\n"), "latin1"));
  if (response.status === 0) throw new Error(`${method} ${target}: no answer`);
  return response;
}

/**
 * Sends bytes unchanged and reads until the server closes the connection. Requests ask for that with
 * `Connection: close`.
 *
 * @throws {Error} The connection failed or was never closed, or the response is not HTTP.
 */
export async function sendBytes(origin: string, request: string | Buffer): Promise<RawResponse> {
  const { hostname, port } = new URL(origin);
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    // Not `end`: some servers drop the request of a half-closed connection.
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.setTimeout(timeout, () => {
      reject(
        new Error(`the connection was left open, ${chunks.length === 0 ? "without" : "behind"} an answer`),
      );
      socket.destroy();
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A server that rejects a request before it has read all of it resets the connection after the response.
    socket.on("error", (error) => (chunks.length > 0 ? resolve(Buffer.concat(chunks)) : reject(error)));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
  return parse(bytes.toString("latin1"));
}

function parse(text: string): RawResponse {
  if (text === "") return { status: 0, headers: {}, body: "", rest: "" };
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...fields] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (end === -1 || Number.isNaN(status))
    throw new Error(`no HTTP response: ${JSON.stringify(text.slice(0, 200))}`);
  const after = text.slice(end + 4);
  // An interim response (RFC 9110 section 15.2) comes before the final one.
  if (status < 200) return parse(after);
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const { body, rest } = headers["transfer-encoding"] === "chunked" ? unchunk(after) : upTo(after, headers);
  return { status, headers, body: Buffer.from(body, "latin1").toString("utf8"), rest };
}

/** The response to HEAD has a Content-Length and no body. */
function upTo(text: string, headers: Readonly<Record<string, string>>): Pick<RawResponse, "body" | "rest"> {
  const length = Number(headers["content-length"] ?? text.length);
  return { body: text.slice(0, length), rest: text.slice(length) };
}

/** RFC 9112 section 7.1. */
function unchunk(text: string): Pick<RawResponse, "body" | "rest"> {
  let body = "";
  let rest = text;
  while (rest !== "") {
    const lineEnd = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, lineEnd), 16);
    const chunk = lineEnd + 2;
    body += rest.slice(chunk, chunk + (size || 0));
    rest = rest.slice(chunk + (size || 0) + 2);
    if (!(size > 0)) break;
  }
  return { body, rest };
}
