import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** The direction of the bytes. */
type Direction = "toServer" | "toClient";

/**
 * A network fault. Bytes are counted for each connection and direction, from the moment the fault was set.
 *
 * - `refuse`: connections are refused.
 * - `cut`: a connection, old or new, is reset after it has carried `after` bytes in one direction.
 * - `stall`: connections are accepted and carry nothing. A stalled connection never recovers, as when a
 *   firewall drops its state or a machine loses power.
 * - `hold`: like `stall`, but held bytes arrive when the fault ends, as TCP would retransmit them.
 * - `delay`: bytes arrive `milliseconds` later.
 * - `corrupt`: `change` modifies the bytes in place.
 */
export type Fault =
  | { readonly kind: "none" | "refuse" | "stall" | "hold" }
  | { readonly kind: "cut"; readonly direction: Direction; readonly after: number }
  | { readonly kind: "delay"; readonly milliseconds: number }
  | {
      readonly kind: "corrupt";
      readonly direction: Direction;
      readonly change: (bytes: Buffer, offset: number) => void;
    };

/** A TCP proxy on the loopback interface that injects faults while it runs. */
export interface FaultProxy {
  readonly port: number;
  /** Sets the fault for new and open connections. `{ kind: "none" }` ends it. */
  set(fault: Fault): Promise<void>;
  /** Resets every open connection. */
  cutAll(): void;
  /** The number of open client connections. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts a proxy on a free port, in front of `targetPort` of the same machine. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const links = new Set<Link>();
  let fault: Fault = { kind: "none" };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const link = createLink(near, targetPort, () => fault);
    links.add(link);
    near.on("close", () => links.delete(link));
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const cutAll = () => {
    for (const link of links) link.reset();
  };
  return {
    port,
    set: async (next) => {
      fault = next;
      for (const link of links) link.begin();
      if (next.kind === "refuse") {
        cutAll();
        if (server.listening) await stopListening(server);
      } else if (!server.listening) await listen(server, port);
    },
    cutAll,
    connections: () => links.size,
    close: async () => {
      cutAll();
      if (server.listening) await stopListening(server);
    },
  };
}

interface Link {
  /** Called when a fault was set: resets the counters, and starts or ends a stall or a hold. */
  begin(): void;
  reset(): void;
}

function createLink(near: Socket, targetPort: number, fault: () => Fault): Link {
  const far = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
  const carried = { toServer: 0, toClient: 0 };
  let isStalled = false;

  function begin(): void {
    carried.toServer = 0;
    carried.toClient = 0;
    const { kind } = fault();
    isStalled ||= kind === "stall";
    for (const socket of [near, far]) {
      if (kind === "hold") socket.pause();
      else socket.resume();
    }
  }

  function reset(): void {
    near.resetAndDestroy();
    far.resetAndDestroy();
  }

  function carry(from: Socket, to: Socket, direction: Direction): void {
    from.setNoDelay(true);
    from.on("data", (bytes) => {
      if (isStalled) return;
      const now = fault();
      const offset = carried[direction];
      carried[direction] += bytes.length;
      if (now.kind === "corrupt" && now.direction === direction) now.change(bytes, offset);
      if (now.kind === "cut" && now.direction === direction && carried[direction] >= now.after) {
        to.write(bytes.subarray(0, Math.max(0, now.after - offset)), () => reset());
      } else later(now, () => to.write(bytes));
    });
    from.on("end", () => {
      if (!isStalled) later(fault(), () => to.end());
    });
    // Broken connections are expected here.
    from.on("error", () => {});
    from.on("close", (isBroken) => {
      // The other side of a stalled connection is not told.
      if (isBroken && !isStalled) to.destroy();
    });
  }

  carry(near, far, "toServer");
  carry(far, near, "toClient");
  begin();
  near.on("close", () => far.destroy());
  return { begin, reset };
}

function later(fault: Fault, act: () => void): void {
  if (fault.kind === "delay") setTimeout(act, fault.milliseconds);
  else act();
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

async function stopListening(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
}
