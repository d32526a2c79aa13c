import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { answerWith } from "../../../src/gate/server/answer-with.ts";
import { createLog, type LogLevel } from "../../../src/gate/server/log.ts";
import {
  type GateServer,
  type Handlers,
  type ServerTimes,
  startServer,
} from "../../../src/gate/server/server.ts";

/** A log whose lines a test can read. */
export function testLog(level: LogLevel = "info") {
  const lines: Record<string, unknown>[] = [];
  const log = createLog(level, { write: (line) => void lines.push(JSON.parse(line)) });
  onTestFinished(log.close);
  return { log, lines };
}

/** Starts a server on a free port. It closes when the test ends. */
export async function start(
  handlers: Partial<Handlers> = {},
  times: ServerTimes = {},
): Promise<{ server: GateServer; lines: Record<string, unknown>[] }> {
  const { log, lines } = testLog();
  const server = await startServer(
    {
      handle: (_request, response) => void response.end("handled"),
      upgrade: (_request, socket) => void socket.destroy(),
      ...handlers,
    },
    { host: "127.0.0.1", port: 0 },
    log,
    { closeTimeout: 100, ...times },
  );
  onTestFinished(() => server.close());
  return { server, lines };
}

/** A connection that speaks whatever a test writes. */
export class RawClient {
  readonly socket: Socket;
  text = "";
  /** A connection that was reset has one. */
  readonly errors: Error[] = [];
  readonly closed: Promise<string>;
  #changed = Promise.withResolvers<void>();

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setEncoding("latin1").on("data", (chunk: string) => {
      this.text += chunk;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
    this.socket.on("error", (error) => void this.errors.push(error));
    this.closed = new Promise((resolve) =>
      this.socket.once("close", () => {
        resolve(this.text);
        this.#changed.resolve();
      }),
    );
    onTestFinished(() => void this.socket.destroy());
  }

  /** Writes lines of a request's head. */
  head(...lines: string[]): this {
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
    return this;
  }

  /** Waits until the text contains this, `count` times. */
  async until(part: string, count = 1): Promise<string> {
    while (this.text.split(part).length <= count) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await this.#changed.promise;
    }
    return this.text;
  }
}

/** Refuses everything, as the judge does without a token. */
export const refuseAll: Handlers["handle"] = (_request, response) =>
  answerWith({ status: 401, headers: { "www-authenticate": "Bearer" }, body: "no token" }, response);
