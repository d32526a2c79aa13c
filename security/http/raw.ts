import { connect } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 where the server closed the connection without a word. */
  readonly status: number;
  /** Names in lower case; fields that came more than once, joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything that followed the first answer on the connection: a second answer, where one request was taken for two. */
  readonly rest: string;
}

/** Milliseconds after which a server that neither answers nor closes is given up. */
const patience = 10_000;

/**
 * Sends bytes to a server as they are and reads until it closes, which a request asks for with `connection: close`.
 *
 * @throws {Error} The connection failed, or was never closed.
 */
export async function sendRaw(port: number, request: string | Buffer): Promise<RawAnswer> {
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setTimeout(patience, () => socket.destroy(new Error("no answer, and the connection was left open")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", (error) => (chunks.length > 0 ? resolve(Buffer.concat(chunks)) : reject(error)));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
  return parseAnswer(bytes.toString("latin1"));
}

function parseAnswer(text: string): RawAnswer {
  if (text === "") return { status: 0, headers: {}, body: "", rest: "" };
  const end = text.indexOf("\r\n\r\n");
  // An interim answer (RFC 9110 section 15.2) comes before the one that counts.
  if (/^HTTP\/1\.1 1\d\d /.test(text)) return parseAnswer(text.slice(end + 4));
  if (end < 0) throw new Error(`no complete answer: ${JSON.stringify(text.slice(0, 200))}`);
  const [statusLine = "", ...fields] = text.slice(0, end).split("\r\n");
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const after = text.slice(end + 4);
  const length = Number(headers["content-length"] ?? after.length);
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: after.slice(0, length),
    rest: headers["transfer-encoding"] === undefined ? after.slice(length) : "",
  };
}
