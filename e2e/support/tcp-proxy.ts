import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A network that can be made to fail, between whoever connects to `port` and a server on this machine. */
export type TcpProxy = {
  port: number;
  /** Breaks every connection, and each new one as soon as it is made. */
  cut: () => void;
  /** Carries nothing any more, either way, and says so to nobody: connections stay open, and new ones are taken. */
  blackhole: () => void;
  /** Carries everything so many milliseconds later. */
  delay: (milliseconds: number) => void;
  /** Carries as at first. What a black hole swallowed arrives now, as TCP would send it again. */
  heal: () => void;
  /** Breaks every connection and takes none any more. */
  close: () => Promise<void>;
};

/** Starts a proxy on a free port of the loopback interface, to `targetPort` of the same. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let [isCut, isBlack, latency] = [false, false, 0];

  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(targetPort, "127.0.0.1");
    carry(near, far);
    carry(far, near);
    return undefined;
  });

  function carry(from: Socket, to: Socket): void {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (bytes) => {
      if (latency === 0) to.write(bytes);
      else setTimeout(() => to.write(bytes), latency);
    });
    // A broken connection is what this is for.
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      // The other side of a black hole learns of it no sooner than of anything else.
      if (!isBlack) to.destroy();
    });
    if (isBlack) from.pause();
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      breakAll();
    },
    blackhole: () => {
      isBlack = true;
      for (const socket of sockets) socket.pause();
    },
    delay: (milliseconds) => {
      latency = milliseconds;
    },
    heal: () => {
      [isCut, isBlack, latency] = [false, false, 0];
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, "close");
    },
  };
}
