import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
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
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

/** As Grafana does, with all jobs and instances and a rate interval of five minutes. */
function expand(expression: string): string {
  return expression
    .replaceAll("$__rate_interval", scaled("5m", factor))
    .replaceAll("$job", ".+")
    .replaceAll("$instance", ".+");
}

/** Runs every query of the dashboard, while everything that it shows happens. */
export function checkDashboard(prometheus: () => Prometheus): void {
  test("every query of the dashboard returns data", async () => {
    let missing = queries;
    await vi.waitFor(
      async () => {
        const found = await Promise.all(missing.map(({ expr }) => hasData(prometheus(), expr)));
        missing = missing.filter((_, index) => !found[index]);
        expect(missing).toEqual([]);
      },
      { timeout: 170_000, interval: 1_000 },
    );
  });

  test("every variable of the dashboard has values", async () => {
    const variables = templating.list.filter(({ type }) => type === "query");
    expect(variables.map(({ name }) => name)).toEqual(["job", "instance"]);
    for (const { definition = "" } of variables) {
      const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      const count = `count by (${label}) (${expand(selector)})`;
      await vi.waitFor(async () => expect(await hasData(prometheus(), count)).toBe(true), 20_000);
    }
  });
}

async function hasData(prometheus: Prometheus, expression: string): Promise<boolean> {
  const expanded = expand(expression);
  expect(expanded).not.toContain("$");
  const samples = await prometheus.query(expanded);
  return samples.some(({ value }) => Number.isFinite(value));
}
