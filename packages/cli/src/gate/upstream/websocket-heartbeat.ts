import type { WebSocket } from "ws";

/** Milliseconds between two pings. */
const interval = 30_000;
/** A peer that has not answered as many pings is gone, and its connection is half open. */
const mostMissed = 2;
/** A peer for which bytes wait does not see a ping before them. Five minutes, as for HTTP. */
const mostWaiting = 10;

/** For how many pings a peer has been silent, without and with bytes that wait for it. */
interface Silence {
  missed: number;
  waiting: number;
}

/**
 * Pings both ends of every bridge, and ends those that have gone without a word. A side that is not read at
 * the moment, because the other one is slow, is not counted.
 */
export class Heartbeat {
  readonly #silent = new Map<WebSocket, Silence>();
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds For tests. */
  constructor(milliseconds: number = interval) {
    this.#interval = milliseconds;
  }

  add(socket: WebSocket): void {
    const silence: Silence = { missed: 0, waiting: 0 };
    this.#silent.set(socket, silence);
    const alive = () => void Object.assign(silence, { missed: 0, waiting: 0 });
    socket.on("pong", alive);
    socket.on("message", alive);
    socket.once("close", () => this.#remove(socket));
    this.#timer ??= setInterval(() => this.#ping(), this.#interval).unref();
  }

  #ping(): void {
    for (const [socket, silence] of this.#silent) {
      if (socket.isPaused || socket.readyState !== socket.OPEN) continue;
      const isWaiting = socket.bufferedAmount > 0;
      if (isWaiting ? silence.waiting >= mostWaiting : silence.missed >= mostMissed) {
        socket.terminate();
      } else if (isWaiting) {
        silence.waiting++;
      } else {
        silence.missed++;
        socket.ping();
      }
    }
  }

  #remove(socket: WebSocket): void {
    this.#silent.delete(socket);
    if (this.#silent.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
