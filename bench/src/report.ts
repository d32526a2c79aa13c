import { columnText, type Result, shareOf, speedOf } from "./table.ts";
import { inShort, verdictsOn } from "./targets.ts";

const [start, end] = ["<!-- measured -->", "<!-- /measured -->"];

/** The machine of a run. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
}

/** Replaces the measured part of the document with these results. */
export function withResults(document: string, machine: Machine, results: readonly Result[]): string {
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document needs the markers ${start} and ${end}`);
  return `${document.slice(0, from + start.length)}\n${reportOf(machine, results)}\n${document.slice(to)}`;
}

function reportOf({ processor, cores, node }: Machine, results: readonly Result[]): string {
  const compared = results.filter(({ values, baseline }) => values.usher !== undefined && !baseline);
  const refused = results.find(({ name }) => name === "refused");
  return [
    `${processor}, ${cores} cores, Node ${node}. In brackets: how many times faster Usher is.`,
    "",
    ...tablesOf(
      compared.filter(({ unit }) => unit === "nanoseconds"),
      "Microseconds per token:",
    ),
    ...tablesOf(
      compared.filter(({ unit }) => unit === "requests"),
      "Requests per second:",
    ),
    ...(refused === undefined ? [] : tablesOf([refused], "Microseconds per token, Usher only:")),
    ...results.filter(({ baseline }) => baseline !== undefined).flatMap(sharesOf),
    "Targets:",
    "",
    "| | target | measured | |",
    "| --- | --- | --- | --- |",
    ...verdictsOn(results).map(
      ({ what, wanted, measured, isMet }) =>
        `| ${what} | ${wanted} | ${inShort(measured)} | ${isMet ? "met" : "**not met**"} |`,
    ),
  ].join("\n");
}

/** The contenders of one suite as rows, each with its share of the baseline and further numbers. */
function sharesOf(result: Result): string[] {
  const { title, baseline, values, columns = {}, notes = [] } = result;
  const titles = ["requests/s", `of ${baseline}`, ...Object.keys(columns)];
  return [
    `${title}, in requests per second:`,
    "",
    `| | ${titles.join(" | ")} |`,
    `| --- |${" --- |".repeat(titles.length)}`,
    ...Object.entries(values).map(([name, value]) => {
      const further = Object.values(columns).map((numbers) => columnText(numbers[name]));
      const cells = [Math.round(value).toLocaleString("en"), shareOf(name, result).toFixed(2), ...further];
      return `| ${name} | ${cells.join(" | ")} |`;
    }),
    "",
    ...notes.flatMap((note) => [`${note}.`, ""]),
  ];
}

/** One table for each group of consecutive results with the same contenders. */
function tablesOf(results: readonly Result[], heading: string): string[] {
  const groups: Result[][] = [];
  for (const result of results) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && contendersOf(last[0]) === contendersOf(result)) last.push(result);
    else groups.push([result]);
  }
  return [heading, "", ...groups.flatMap((group) => [...tableOf(group), ""])];
}

function tableOf(group: readonly Result[]): string[] {
  const names = Object.keys(group[0]?.values ?? {});
  return [
    `| | ${names.join(" | ")} |`,
    `| --- |${" --- |".repeat(names.length)}`,
    ...group.map(
      (result) => `| ${result.title} | ${names.map((name) => cellOf(name, result)).join(" | ")} |`,
    ),
  ];
}

function cellOf(name: string, result: Result): string {
  const value = result.values[name] ?? 0;
  const text =
    result.unit === "requests" ? Math.round(value).toLocaleString("en") : (value / 1000).toFixed(2);
  const ratio = speedOf(name, result);
  return ratio === undefined ? text : `${text} (${ratio.toFixed(2)})`;
}

function contendersOf({ values }: Result): string {
  return Object.keys(values).join();
}
