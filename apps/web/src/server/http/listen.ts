import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { reasonOf, StartupError } from "../startup-error.ts";

/** Milliseconds that requests under way have to finish once the process is told to stop. */
const grace = 5000;

/**
 * Listens.
 *
 * @returns the port, which is another than asked for where that was 0
 * @throws {StartupError} when the port is taken, or the host is none of this machine's
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, port, host)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function explain(error: Error, port: number, host: string): StartupError {
  const reason = reasonOf(error);
  if (reason === "EADDRINUSE") {
    return new StartupError(
      `port ${port} is taken. Stop what listens on it, or set WEB_PORT to another one.`,
    );
  }
  if (reason === "EACCES") {
    return new StartupError(`port ${port} needs more rights. Set WEB_PORT to one above 1023.`);
  }
  return new StartupError(`cannot listen on ${host} (${reason}). Set HOST to an address of this machine.`);
}

/** Milliseconds between looks at connections that have become idle since. */
const sweepInterval = 50;

/**
 * Takes no new connections, lets the requests under way finish for a while, and ends what is left.
 *
 * `server.close` ends the connections that are idle when it is called; one that is busy then would be kept
 * alive for seconds after its last answer.
 */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), sweepInterval);
  const deadline = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
