import { escapeLine } from "../../output/escape.ts";
import type { Paint } from "../../terminal.ts";

const colours = { error: "red", fatal: "red", warn: "yellow", info: "green" } as const;

/** Turns a line of JSON into one for a person: `10:32:05 warn a request was refused code=token_expired`. */
export function readableLine(json: string, paint: Paint): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const colour = colours[level as keyof typeof colours] ?? "gray";
  const clock = String(time).slice(11, 19);
  const rest = Object.entries(fields).map(([name, value]) => `${paint("dim", `${name}=`)}${textOf(value)}`);
  const parts = [paint("dim", clock), paint(colour, String(level)), escapeLine(String(msg)), ...rest];
  return `${parts.join(" ")}\n`;
}

/** Bare if it has no space or quote. */
function textOf(value: unknown): string {
  const text = typeof value === "string" && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
  return escapeLine(text ?? "");
}
