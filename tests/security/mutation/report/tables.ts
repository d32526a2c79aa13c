import { reasonOf } from "../reasons/reasons.ts";
import type { Mutant } from "./mutants.ts";

/** How many mutants have each status. */
interface Score {
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  /** No test runs the code. */
  readonly uncovered: number;
}

function scoreOf(mutants: readonly Mutant[]): Score {
  const count = (status: Mutant["status"]) => mutants.filter((mutant) => mutant.status === status).length;
  return {
    killed: count("Killed"),
    timeout: count("Timeout"),
    survived: count("Survived"),
    uncovered: count("NoCoverage"),
  };
}

/** Whether no test failed for the mutant. */
export function isUnnoticed({ status }: Mutant): boolean {
  return status === "Survived" || status === "NoCoverage";
}

/** The share that tests detected, truncated to two digits. */
function percent({ killed, timeout, survived, uncovered }: Score): string {
  const noticed = killed + timeout;
  const all = noticed + survived + uncovered;
  return all === 0 ? "–" : `${(Math.floor((noticed * 10_000) / all) / 100).toFixed(2)} %`;
}

/** The table of scores by file. */
export function scoreTable(mutants: readonly Mutant[]): string {
  const row = (name: string, some: readonly Mutant[]) => {
    const score = scoreOf(some);
    return `| ${name} | ${percent(score)} | ${score.killed} | ${score.timeout} | ${score.survived} | ${score.uncovered} |`;
  };
  const files = [...Map.groupBy(mutants, ({ file }) => file)];
  return [
    "| File | Score | Killed | Timed out | Survived | Not covered |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    row("**all**", mutants),
    ...files.map(([file, some]) => row(`\`${file}\``, some)),
  ].join("\n");
}

/** Every mutant that no test detected, with its reason if there is one. */
export function survivorTable(mutants: readonly Mutant[]): string {
  const survivors = mutants.filter(isUnnoticed);
  return [
    "| Where | The code | The mutant | Why it survives |",
    "| --- | --- | --- | --- |",
    ...survivors.map((mutant) => {
      const reason =
        reasonOf(mutant) ??
        (mutant.status === "Survived" ? "**no test detects it yet**" : "**no test runs the code**");
      return `| \`${mutant.file}:${mutant.line}\` | ${code(mutant.original)} | ${code(mutant.replacement)} | ${reason} |`;
    }),
  ].join("\n");
}

/** As inline code for a table cell, shortened. */
function code(text: string): string {
  const short = text.length > 90 ? `${text.slice(0, 90)}…` : text;
  const fence = short.includes("`") ? "``" : "`";
  const padding = fence === "``" ? " " : "";
  return short === "" ? "(nothing)" : `${fence}${padding}${short.replaceAll("|", "\\|")}${padding}${fence}`;
}
