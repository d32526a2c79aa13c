import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { GateResponse } from "./gate-response.ts";
import { closeAfterAnswer, markLastAnswer } from "./linger.ts";

/** Requests that a client may send on one connection without waiting for their answers. */
const mostUnanswered = 100;

/** The open connections of a server, and the responses that are running on each. */
export class Connections {
  readonly #server: Server;
  readonly #open = new Map<Duplex, Set<GateResponse>>();
  #closed: Promise<void> | undefined;

  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#open.set(socket, new Set());
      // Each request that waits may listen for the end of its connection.
      socket.setMaxListeners(2 * mostUnanswered);
      socket.once("close", () => this.#open.delete(socket));
    });
  }

  /** Several if the client sends requests without waiting. */
  responsesOn(socket: Duplex): ReadonlySet<GateResponse> {
    return this.#open.get(socket) ?? new Set();
  }

  /**
   * Whether a request that was sent before is not answered yet. What is written to the connection itself
   * would come before that answer, or into it.
   */
  owesAnswer(socket: Duplex): boolean {
    // One that has ended on its connection only waits for the kernel.
    return [...this.responsesOn(socket)].some(
      (response) => !response.writableEnded || response.socket === null,
    );
  }

  /** A connection with too many responses gets these, and no further ones. */
  add(response: GateResponse): void {
    const { socket } = response.req;
    const responses = this.#open.get(socket);
    if (responses === undefined) return;
    responses.add(response);
    response.on("close", () => responses.delete(response));
    if (responses.size < mostUnanswered) return;
    response.shouldKeepAlive = false;
    markLastAnswer(socket);
    // What Node calls after the last response. More may have arrived, and must not make the kernel reset it.
    socket.destroySoon = () => closeAfterAnswer(socket);
  }

  /**
   * Closes the port, waits for the connections to end, and ends the rest at the timeout.
   *
   * @param timeout Milliseconds for running requests and open WebSockets.
   */
  close(timeout: number): Promise<void> {
    this.#closed ??= this.#close(timeout);
    return this.#closed;
  }

  async #close(timeout: number): Promise<void> {
    for (const responses of this.#open.values())
      for (const response of responses) if (!response.headersSent) response.shouldKeepAlive = false;
    // Without this, a client that keeps its connection open after its response would delay the end.
    const closeIdle = setInterval(() => this.#server.closeIdleConnections(), 50);
    const closeAll = setTimeout(() => {
      // WebSockets, and connections that wait for their client to close, are not among the server's own.
      for (const socket of this.#open.keys()) socket.destroy();
    }, timeout);
    await new Promise((resolve) => this.#server.close(resolve));
    clearInterval(closeIdle);
    clearTimeout(closeAll);
  }
}
