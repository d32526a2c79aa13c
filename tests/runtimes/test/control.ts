import { controlPath } from "../program/app.ts";
import type { ClientCommand } from "../program/client.ts";
import type { CoreCommand } from "../program/core.ts";

/** Sends a command to the program and returns its answer. */
export async function control(
  origin: string,
  command:
    | CoreCommand
    | ClientCommand
    | { readonly name: "clock"; readonly now: number }
    | { readonly name: "witness" },
): Promise<unknown> {
  const response = await fetch(origin + controlPath, {
    method: "POST",
    // The other side may close a kept connection just before the next command.
    headers: { connection: "close" },
    body: JSON.stringify(command),
  });
  if (!response.ok) throw new Error(`${command.name}: ${response.status} ${await response.text()}`);
  return response.json();
}
