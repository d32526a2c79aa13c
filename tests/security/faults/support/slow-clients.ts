import { connect, type Socket } from "node:net";

/** A slow client on a raw socket. */
export interface SlowClient {
  readonly kind: string;
  /** What the server has sent. */
  heard(): string;
  readonly isClosed: () => boolean;
  close(): void;
}

/** Milliseconds between two bytes: often enough never to be idle. */
const pace = 40;

/** The kinds of slow clients. None of them ever finishes. */
export const slowClients = {
  /** Sends a header, one byte at a time. */
  headers: (port: number) =>
    dribble("headers", port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
  /** A body that never ends, from a user who may send one. */
  body: (port: number, path: string, token: string) =>
    dribble("body", port, post(path, `Authorization: Bearer ${token}\r\n`)),
  /** A body that never ends, from a client that is rejected before it. */
  refused: (port: number, path: string) => dribble("refused", port, post(path, "")),
  /** Sends one request, and then nothing. */
  idle: (port: number) => open("idle", port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  /** Sends nothing at all. */
  mute: (port: number) => open("mute", port, ""),
  /** Sends many requests and reads no answer. */
  deaf: (port: number) =>
    open("deaf", port, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(400), false),
} as const;

function post(path: string, authorization: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${authorization}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"title":"`;
}

function open(
  kind: string,
  port: number,
  text: string,
  reads = true,
): SlowClient & { readonly socket: Socket } {
  let heard = "";
  let isClosed = false;
  const socket = connect(port, "127.0.0.1", () => socket.write(text));
  if (reads) {
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
    });
  }
  // Being disconnected is the expected result.
  socket.on("error", () => {
    isClosed = true;
  });
  socket.on("close", () => {
    isClosed = true;
  });
  return { kind, socket, heard: () => heard, isClosed: () => isClosed, close: () => socket.destroy() };
}

function dribble(kind: string, port: number, text: string): SlowClient {
  const client = open(kind, port, text);
  client.socket.once("connect", () => {
    const timer = setInterval(() => client.socket.writable && client.socket.write("x"), pace);
    client.socket.on("close", () => clearInterval(timer));
  });
  return client;
}
