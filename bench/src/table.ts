import type { Unit } from "./suite.ts";

/** One suite's numbers by contender, in the suite's unit. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly values: Readonly<Record<string, number>>;
  /** The contender that the others are compared with, where it is not Usher. */
  readonly baseline?: string | undefined;
  /** Further numbers by title, then by contender. */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** What a reader should know about this run, such as contenders that were skipped. */
  readonly notes?: readonly string[] | undefined;
}

/** Lines of text: each contender with its number, how many times faster Usher is, and further numbers. */
export function tableOf({ title, unit, values, baseline, columns = {}, notes = [] }: Result): string[] {
  const rows = Object.entries(values).map(([name, value]) => [
    name,
    inWords(value, unit),
    [
      baseline === undefined
        ? ratioOf(name, { unit, values })
        : `${shareOf(name, { values, baseline }).toFixed(2)} of ${baseline}`,
      ...Object.entries(columns).map(([column, numbers]) => `${column}: ${columnText(numbers[name])}`),
    ].join("; "),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return [
    title,
    ...rows.map(
      ([name = "", value = "", ratio = ""]) =>
        `  ${name.padEnd(widths[0] as number)}  ${value.padStart(widths[1] as number)}${ratio === "" ? "" : `  ${ratio}`}`,
    ),
    ...notes.map((note) => `  (${note})`),
  ];
}

/** A number of a further column. */
export function columnText(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(value < 100 ? 1 : 0);
}

function inWords(value: number, unit: Unit): string {
  if (unit === "nanoseconds") return `${(value / 1000).toFixed(2)} µs`;
  if (unit === "requests") return `${Math.round(value).toLocaleString("en")} requests/s`;
  if (unit === "seconds") return `${value.toFixed(1)} s`;
  return unit === "megabytes" ? `${value.toFixed(1)} MB` : value.toFixed(1);
}

/** Usher compared with this contender: above 1, Usher is faster. Undefined for Usher itself. */
export function speedOf(name: string, { unit, values }: Pick<Result, "unit" | "values">): number | undefined {
  const [usher, other] = [values.usher, values[name]];
  if (usher === undefined || other === undefined || name === "usher") return undefined;
  return unit === "requests" ? usher / other : other / usher;
}

/** The rate of a contender, as a share of the baseline's. */
export function shareOf(name: string, { values, baseline }: Pick<Result, "values" | "baseline">): number {
  return (values[name] as number) / (values[baseline as string] as number);
}

function ratioOf(name: string, result: Pick<Result, "unit" | "values">): string {
  const ratio = speedOf(name, result);
  return ratio === undefined ? "" : `usher is ${ratio.toFixed(2)} × as fast`;
}
