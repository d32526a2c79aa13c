import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";

/** The rules that the package ships. */
export const rulesFile = fileURLToPath(
  new URL("../../../packages/opentelemetry/prometheus/usher.rules.yml", import.meta.url),
);

/** An alert or a recorded expression, as in the file. */
interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Every rule of the package. */
export function shippedRules(): readonly Rule[] {
  return readRules().groups.flatMap(({ rules }) => rules);
}

/**
 * The rules of the package, in which every duration is shorter by one factor: how long an alert waits
 * (`for`), the range of a selector (`[5m]`) and an `offset`. Everything else stays as it is: expressions,
 * thresholds, ages in seconds.
 */
export function scaledRules(factor: number): string {
  const { groups } = readRules();
  return stringify({
    groups: groups.map(({ name, rules }) => ({ name, rules: rules.map((rule) => scaleRule(rule, factor)) })),
  });
}

function readRules(): Rules {
  return parse(readFileSync(rulesFile, "utf8")) as Rules;
}

function scaleRule(rule: Rule, factor: number): Rule {
  const expr = rule.expr.replace(
    /(\[|\boffset )((?:\d+(?:ms|[smhdwy]))+)\b/g,
    (_found, before: string, duration: string) => before + scaled(duration, factor),
  );
  return { ...rule, expr, ...(rule.for !== undefined && { for: scaled(rule.for, factor) }) };
}

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** A duration of Prometheus, such as `1h30m`, divided by the factor. */
export function scaled(duration: string, factor: number): string {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  const sum = parts.reduce(
    (total, [, count, unit = ""]) => total + Number(count) * (milliseconds[unit] ?? 0),
    0,
  );
  return `${Math.round(sum / factor)}ms`;
}
