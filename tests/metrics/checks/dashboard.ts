import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { factor, type Prometheus } from "../support/prometheus.ts";
import { scaled } from "../support/scaled-rules.ts";

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

const file = new URL("../../../packages/opentelemetry/grafana/usher.json", import.meta.url);
const { panels, templating } = JSON.parse(readFileSync(file, "utf8")) as Dashboard;
const variables = templating.list.filter(({ type }) => type === "query");
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

/**
 * As Grafana does, with all jobs and instances and a rate interval of twenty minutes. A shorter one might not contain the
 * two scrapes that a rate needs, on a machine that is so slow that some scrapes fail.
 */
function expand(expression: string): string {
  return expression
    .replaceAll("$__rate_interval", scaled("20m", factor))
    .replaceAll("$job", ".+")
    .replaceAll("$instance", ".+");
}

/** Runs every query of the dashboard, after everything that it shows has happened. */
export function checkDashboard(prometheus: () => Prometheus): void {
  test.for(queries)("$title: $expr", async ({ expr }) => {
    const series = await prometheus().everything(expand(expr));
    expect(series.flatMap(({ values }) => values).filter(Number.isFinite)).not.toEqual([]);
  });

  test.for(variables)("the variable $name", async ({ definition = "" }) => {
    const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
    const series = await prometheus().everything(`count by (${label}) (${expand(selector)})`);
    expect(series.flatMap(({ labels }) => labels[label] ?? [])).not.toEqual([]);
  });
}
