import { ConfigurationError } from "@usher-auth/verify";
import { printableLine } from "./printable.ts";
import { StartupError } from "./startup-error.ts";

/** Why the process cannot start: one line that says what to do, without secrets and without a stack trace. */
export function describeFailure(error: unknown): string {
  if (error instanceof StartupError || error instanceof ConfigurationError)
    return printableLine(error.message);

  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is in use: stop the process that listens on it, or set API_PORT to another port`;
    case "EACCES":
      return `this user may not listen on port ${port}: set API_PORT to 1024 or higher`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `this machine has no address ${address ?? "with that name"}: set HOST to one of its addresses`;
    default:
      return printableLine(error instanceof Error ? error.message : String(error));
  }
}
