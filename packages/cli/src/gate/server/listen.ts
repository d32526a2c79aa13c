import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CannotRun } from "../../command-line/command.ts";

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** @throws {CannotRun} Another process has the port, or this one may not use it. */
export async function listen(server: Server, { host, port }: ListenOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new CannotRun(reasonOf(error))));
    server.listen(port, host, resolve);
  });
  server.removeAllListeners("error");
  return server.address() as AddressInfo;

  function reasonOf({ code, message }: NodeJS.ErrnoException): string {
    switch (code) {
      case "EADDRINUSE":
        return `Port ${port} is in use. Stop the process that listens on it, or use another one: --port.`;
      case "EACCES":
        return `This user may not listen on port ${port}. Use --port with 1024 or higher.`;
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
      case "EAI_AGAIN":
        return "This machine has no such address. Use --host with one that it has, such as 127.0.0.1.";
      default:
        return `Cannot listen on port ${port}: ${message}`;
    }
  }
}

/** A URL that a person can open. Loopback, and all interfaces, are shown as localhost. */
export function urlOf({ port }: AddressInfo, host: string): string {
  const isLocal = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::", ""].includes(host);
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${isLocal ? "localhost" : name}:${port}`;
}
