import { controlPath } from "../program/app.ts";
import type { CoreCommand } from "../program/core.ts";

/** Tells the program to do something, and returns what it answers. */
export async function control(
  origin: string,
  command: CoreCommand | { readonly name: "clock"; readonly now: number } | { readonly name: "witness" },
): Promise<unknown> {
  const response = await fetch(origin + controlPath, {
    method: "POST",
    // A connection that is kept may just be closed by the other side when the next command comes.
    headers: { connection: "close" },
    body: JSON.stringify(command),
  });
  if (!response.ok) throw new Error(`${command.name}: ${response.status} ${await response.text()}`);
  return response.json();
}
