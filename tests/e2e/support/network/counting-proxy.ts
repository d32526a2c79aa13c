import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on the loopback interface that counts how often its clients wait for an answer. */
export interface CountingProxy {
  readonly port: number;
  /**
   * The round trips of `run`: how often bytes to the server came after bytes from it, or were the first, on
   * any connection. What is sent in several writes before an answer is one round trip.
   */
  count(run: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** Starts a proxy on a free port, in front of `targetPort` of the same machine. */
export async function startCountingProxy(targetPort: number): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let roundTrips = 0;
  const server = createServer((near) => {
    const far = connect({ port: targetPort, host: "127.0.0.1" });
    let isAnswered = true;
    near.on("data", () => {
      if (isAnswered) roundTrips++;
      isAnswered = false;
    });
    far.on("data", () => {
      isAnswered = true;
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    count: async (run) => {
      const before = roundTrips;
      await run();
      return roundTrips - before;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
