import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Keep-alive connections that send requests to one server. */
export interface Load {
  /** Sends so many requests, and resolves once all of them are answered with a 200. */
  send(amount: number): Promise<void>;
  close(): void;
}

const [connectionCount, pipelined] = [10, 4];
const statusLine = /HTTP\/1\.1 (\d{3})/g;

/**
 * Opens connections to a server. Does less for each request than autocannon, and starts and stops at once, so
 * that short bursts can be measured.
 *
 * @param requests The requests as text, sent in turn.
 */
export async function openLoad(port: number, requests: readonly string[]): Promise<Load> {
  const sockets = Array.from({ length: connectionCount }, () => connect(port, "127.0.0.1").setNoDelay());
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  let next = 0;

  const sendOver = (socket: Socket, amount: number) =>
    new Promise<void>((resolve, reject) => {
      let unsent = amount;
      let unanswered = amount;
      const write = (count: number) => {
        let text = "";
        for (let index = 0; index < count; index++) text += requests[next++ % requests.length];
        unsent -= count;
        if (count > 0) socket.write(text, "latin1");
      };
      const read = (chunk: Buffer) => {
        const statuses = [...chunk.toString("latin1").matchAll(statusLine)];
        const other = statuses.find(([, status]) => status !== "200");
        if (other !== undefined) reject(new Error(`the server answered ${other[1]}`));
        unanswered -= statuses.length;
        write(Math.min(unsent, statuses.length));
        if (unanswered > 0) return;
        socket.off("data", read);
        resolve();
      };
      socket.on("data", read);
      write(Math.min(unsent, pipelined));
    });

  return {
    send: async (amount) => {
      await Promise.all(sockets.map((socket) => sendOver(socket, Math.ceil(amount / connectionCount))));
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
