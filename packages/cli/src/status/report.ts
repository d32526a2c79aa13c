import { escapeLine } from "../output/escape.ts";
import type { Paint } from "../terminal.ts";
import type { Line, Section, State } from "./section.ts";
import type { Status } from "./status.ts";

const marks: Readonly<Record<State, string>> = { ok: "✓", wrong: "✗", unknown: "?", note: " " };
const colours = { ok: "green", wrong: "red", unknown: "yellow", note: "gray" } as const;

/** The width of a section's name, with the space after it. */
const indent = 13;

/** The status as text: the verdict, then a block for each section. */
export function renderStatus({ state, sections, notLookedAt }: Status, paint: Paint): string {
  const blocks = sections
    .filter(({ lines }) => lines.length > 0)
    .map((section) => renderSection(section, paint));
  return [
    verdict(state, sections, paint),
    "",
    ...blocks,
    ...notLookedAt.map((text) => paint("gray", `- not checked: ${text}`)),
    "",
  ].join("\n");
}

function verdict(state: Status["state"], sections: readonly Section[], paint: Paint): string {
  const count = (of: State) =>
    sections.flatMap(({ lines }) => lines).filter((one) => one.state === of).length;
  switch (state) {
    case "healthy":
      return paint(["bold", "green"], "✓ Healthy.");
    case "unknown":
      return paint(["bold", "yellow"], `? Cannot tell: ${things(count("unknown"))} could not be checked.`);
    case "wrong":
      return `${paint(["bold", "red"], `✗ ${things(count("wrong"))} wrong.`)} usher-auth doctor finds causes.`;
  }
}

function things(count: number): string {
  return `${count} thing${count === 1 ? "" : "s"}`;
}

function renderSection({ name, lines }: Section, paint: Paint): string {
  return lines
    .flatMap((one, index) => {
      const label = index === 0 ? paint("bold", name.padEnd(indent)) : " ".repeat(indent);
      return [`${label}${renderLine(one, paint)}`, ...one.fix.map((text) => renderFix(text, paint))];
    })
    .join("\n");
}

function renderLine({ state, text }: Line, paint: Paint): string {
  const mark = paint(colours[state], marks[state]);
  return `${mark} ${escapeLine(text)}`;
}

function renderFix(text: string, paint: Paint): string {
  return `${" ".repeat(indent)}${paint("green", "→")} ${escapeLine(text)}`;
}
