import { once } from "node:events";
import { createServer } from "node:net";
import { LaunchError } from "./launch-error.ts";

/**
 * Checks that a port is free, and picks a free one for 0: each process must know the other's address before
 * either starts. Does NOT reserve the port, so the process that listens on it checks again.
 *
 * @param variable The environment variable that sets the port, for the error message.
 * @throws {LaunchError} The value is not a port, or the port is taken or not allowed.
 */
export async function resolvePort(variable: string, value: string, host: string): Promise<number> {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new LaunchError(`${variable} is not a port: set it to a number from 0 (any free port) to 65535`);
  }
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw new LaunchError(explain(variable, port, host, error as NodeJS.ErrnoException));
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : port;
}

function explain(variable: string, port: number, host: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} is taken: stop what uses it, or set ${variable} to another port`;
    case "EACCES":
      return `port ${port} is not allowed for this user: set ${variable} to one above 1023`;
    default:
      return `cannot listen on ${host}:${port} (${error.code}): set HOST and ${variable} to an address of this machine`;
  }
}
