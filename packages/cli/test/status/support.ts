import { expect } from "vitest";
import type { Environment } from "../../src/terminal.ts";
import { type Run, usher } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A line of the report for scripts. */
interface Line {
  readonly state: string;
  readonly text: string;
  readonly fix: readonly string[];
}

/** The report of `--json`. */
export interface Report {
  readonly state: string;
  readonly sections: Readonly<
    Record<string, { readonly lines: readonly Line[]; readonly [fact: string]: unknown }>
  >;
  readonly notLookedAt: readonly string[];
}

/** Runs the status for scripts and for people, with an empty data folder unless the settings name one. */
export async function readStatus(
  environment: Environment,
  ...words: string[]
): Promise<{ readonly report: Report; readonly json: Run; readonly text: Run }> {
  const settings = { DATA_DIR: await temporaryFolder(), ...environment };
  const [json, text] = await Promise.all([
    usher(["status", "--json", ...words], { environment: settings }),
    usher(["status", ...words], { environment: settings }),
  ]);
  expect(json.errors + text.errors).toBe("");
  expect(text.exitCode, json.output + text.output).toBe(json.exitCode);
  return { report: JSON.parse(json.output) as Report, json, text };
}

/** The texts of a section's lines with this state. */
export function textsOf({ sections }: Report, name: string, state: string): string[] {
  return (sections[name]?.lines ?? []).filter((line) => line.state === state).map(({ text }) => text);
}

/** The sections that have a line with this state. */
export function sectionsWith({ sections }: Report, state: string): string[] {
  return Object.entries(sections).flatMap(([name, { lines }]) =>
    lines.some((line) => line.state === state) ? [name] : [],
  );
}
