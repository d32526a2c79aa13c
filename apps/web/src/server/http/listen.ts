import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { reasonOf, StartupError } from "../startup-error.ts";

/** Milliseconds for requests in progress to finish when the process stops. */
const grace = 5000;

/**
 * Starts to listen.
 *
 * @param variable - the environment variable that sets the port, for the error message
 * @returns the port: the given one, or a free one for 0
 * @throws {StartupError} when the port is in use, or the host is not an address of this machine
 */
export async function listen(
  server: Server,
  port: number,
  host: string,
  variable = "WEB_PORT",
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, port, host, variable)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function explain(error: Error, port: number, host: string, variable: string): StartupError {
  const reason = reasonOf(error);
  if (reason === "EADDRINUSE") {
    return new StartupError(
      `port ${port} is in use. Stop the process that listens on it, or set ${variable} to another one.`,
    );
  }
  if (reason === "EACCES") {
    return new StartupError(`not allowed to listen on port ${port}. Set ${variable} to a port above 1023.`);
  }
  return new StartupError(`cannot listen on ${host} (${reason}). Set HOST to an address of this machine.`);
}

/** Milliseconds between closing connections that have become idle. */
const idleCheckInterval = 50;

/**
 * Accepts no more connections, gives requests in progress some time to finish, and closes the rest.
 *
 * `server.close` only closes connections that are idle when it is called. One that is busy would be kept
 * alive for seconds after its last answer.
 */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idleCheck = setInterval(() => server.closeIdleConnections(), idleCheckInterval);
  const deadline = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(idleCheck);
  clearTimeout(deadline);
}
