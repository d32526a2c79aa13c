import type { WebSocket } from "ws";

/** Milliseconds between two pings. */
const interval = 30_000;
/** A peer that has not answered as many pings is gone, and its connection is half open. */
const mostMissed = 2;

/**
 * Pings both ends of every bridge, and ends those that have gone without a word. A side that is not read at the
 * moment, because the other one is slow, is not counted.
 */
export class Heartbeat {
  readonly #missed = new Map<WebSocket, number>();
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds For tests. */
  constructor(milliseconds: number = interval) {
    this.#interval = milliseconds;
  }

  add(socket: WebSocket): void {
    this.#missed.set(socket, 0);
    const alive = () => this.#missed.has(socket) && this.#missed.set(socket, 0);
    socket.on("pong", alive);
    socket.on("message", alive);
    socket.once("close", () => this.#remove(socket));
    this.#timer ??= setInterval(() => this.#ping(), this.#interval).unref();
  }

  #ping(): void {
    for (const [socket, missed] of this.#missed) {
      if (socket.isPaused || socket.readyState !== socket.OPEN) continue;
      if (missed >= mostMissed) {
        socket.terminate();
        continue;
      }
      this.#missed.set(socket, missed + 1);
      socket.ping();
    }
  }

  #remove(socket: WebSocket): void {
    this.#missed.delete(socket);
    if (this.#missed.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
