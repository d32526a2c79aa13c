import { reasonOf } from "../reasons/reasons.ts";
import type { Mutant } from "./mutants.ts";

/** How many mutants came to which end. */
interface Score {
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  /** No test comes by. */
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

/** Whether it changed the code and no test failed. */
export function isUnnoticed({ status }: Mutant): boolean {
  return status === "Survived" || status === "NoCoverage";
}

/** The share that tests noticed, cut off after two digits and not rounded up. */
function percent({ killed, timeout, survived, uncovered }: Score): string {
  const noticed = killed + timeout;
  const all = noticed + survived + uncovered;
  return all === 0 ? "–" : `${(Math.floor((noticed * 10_000) / all) / 100).toFixed(2)} %`;
}

/** The table of scores, file by file. */
export function scoreTable(mutants: readonly Mutant[]): string {
  const row = (name: string, some: readonly Mutant[]) => {
    const score = scoreOf(some);
    return `| ${name} | ${percent(score)} | ${score.killed} | ${score.timeout} | ${score.survived} | ${score.uncovered} |`;
  };
  const files = [...Map.groupBy(mutants, ({ file }) => file)];
  return [
    "| File | Score | Killed | Timed out | Survived | No test comes by |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    row("**all**", mutants),
    ...files.map(([file, some]) => row(`\`${file}\``, some)),
  ].join("\n");
}

/** Every mutant that no test noticed, with the reason where there is one. */
export function survivorTable(mutants: readonly Mutant[]): string {
  const survivors = mutants.filter(isUnnoticed);
  return [
    "| Where | The code | The mutant | Why it survives |",
    "| --- | --- | --- | --- |",
    ...survivors.map((mutant) => {
      const reason =
        reasonOf(mutant) ??
        (mutant.status === "Survived" ? "**no test tells it apart yet**" : "**no test comes by**");
      return `| \`${mutant.file}:${mutant.line}\` | ${code(mutant.original)} | ${code(mutant.replacement)} | ${reason} |`;
    }),
  ].join("\n");
}

/** On one line of a table, and not endless. */
function code(text: string): string {
  const short = text.length > 90 ? `${text.slice(0, 90)}…` : text;
  const fence = short.includes("`") ? "``" : "`";
  const padding = fence === "``" ? " " : "";
  return short === "" ? "(nothing)" : `${fence}${padding}${short.replaceAll("|", "\\|")}${padding}${fence}`;
}
