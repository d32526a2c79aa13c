import { ConfigurationError } from "@usher-auth/verify";
import { printableLine } from "./printable.ts";
import { StartupError } from "./startup-error.ts";

/** Why the process cannot start, in one line that says what to do. Holds no secret and no stack trace. */
export function describeFailure(error: unknown): string {
  if (error instanceof StartupError || error instanceof ConfigurationError)
    return printableLine(error.message);

  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is taken: stop what listens there, or set API_PORT to another`;
    case "EACCES":
      return `this user may not listen on port ${port}: set API_PORT to 1024 or more`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `this machine has no address ${address ?? "of that name"}: set HOST to one that it has`;
    default:
      return printableLine(error instanceof Error ? error.message : String(error));
  }
}
