import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createResponseReader } from "./response.ts";

/** What to send. */
export interface Burst {
  readonly port: number;
  /** As they are sent, used in turn. */
  readonly requests: readonly string[];
  /** The index of the first one. */
  readonly first: number;
  readonly connections: number;
  /** Milliseconds. */
  readonly time: number;
}

/** How the requests of a burst were answered. */
export interface Answers {
  readonly count: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds of the middle request. */
  readonly p50: number;
  /** Milliseconds that one request of a hundred took longer than. */
  readonly p99: number;
}

/**
 * Sends requests over connections that are kept alive, one at a time on each, for some time.
 *
 * @throws {Error} A request was not answered with a 2xx, or a connection ended.
 */
export async function sendBurst({ port, requests, first, connections, time }: Burst): Promise<Answers> {
  const sockets = Array.from({ length: connections }, () => connect(port, "127.0.0.1").setNoDelay());
  const latencies: number[] = [];
  let next = first;
  try {
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const start = performance.now();
    const end = start + time;
    const take = () => requests[next++ % requests.length] as string;
    await Promise.all(sockets.map((socket) => sendUntil(socket, end, take, latencies)));
    const seconds = (performance.now() - start) / 1000;
    latencies.sort((a, b) => a - b);
    const count = latencies.length;
    const quantile = (share: number) => latencies[Math.min(count - 1, Math.floor(count * share))] ?? 0;
    return { count, rate: count / seconds, p50: quantile(0.5), p99: quantile(0.99) };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function sendUntil(socket: Socket, end: number, take: () => string, latencies: number[]): Promise<void> {
  const reader = createResponseReader();
  return new Promise((resolve, reject) => {
    let sent = 0;
    const send = () => {
      sent = performance.now();
      socket.write(take(), "latin1");
    };
    socket.on("data", (chunk: Buffer) => {
      const status = reader.read(chunk);
      if (status === undefined) return;
      if (status < 200 || status > 299) return reject(new Error(`answered with ${status}`));
      const now = performance.now();
      latencies.push(now - sent);
      if (now < end) send();
      else resolve();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed")));
    send();
  });
}
