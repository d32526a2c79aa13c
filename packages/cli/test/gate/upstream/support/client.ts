import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A client of raw sockets. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything that has come, in latin1. */
  readonly received: string;
  write(text: string): void;
  /** Resolves when what has come contains the text. Rejects if the connection is closed before. */
  until(text: string): Promise<string>;
  /** Resolves with everything when the connection is closed, and how it was. */
  closed(): Promise<{ readonly text: string; readonly error: string | undefined }>;
}

/** Connects to a port of 127.0.0.1. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1" });
  let received = "";
  let error: string | undefined;
  let isClosed = false;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    changed();
  });
  socket.on("error", (cause: NodeJS.ErrnoException) => {
    error = cause.code;
  });
  socket.on("close", () => {
    isClosed = true;
    changed();
  });
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  const wait = (isDone: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!isDone() && !isClosed) return;
        listeners.delete(check);
        if (isDone()) resolve();
        else reject(new Error(`The connection was closed (${error}) after: ${received}`));
      };
      listeners.add(check);
      check();
    });
  return {
    socket,
    get received() {
      return received;
    },
    write: (text) => void socket.write(text, "latin1"),
    async until(text) {
      await wait(() => received.includes(text));
      return received;
    },
    async closed() {
      await wait(() => isClosed);
      return { text: received, error };
    },
  };
}
