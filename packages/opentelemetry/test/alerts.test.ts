import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

// The rules and the dashboard against the guides. tests/metrics runs them.

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const rules = (
  parse(read("packages/opentelemetry/prometheus/usher.rules.yml")) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const { panels } = JSON.parse(read("packages/opentelemetry/grafana/usher.json")) as { panels: Panel[] };
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test("each alert has a severity, texts, and its section in the guide, and each section an alert", () => {
  const guide = read("docs/guide/alerts.md");
  const sections = [...guide.matchAll(/^## (Usher\w+)\n\n\*\*(Critical|Warning|Info), /gm)];
  expect(sections.map(([, name]) => name).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  for (const { alert = "", labels, annotations = {} } of alerts) {
    const [, , severity = ""] = sections.find(([, name]) => name === alert) ?? [];
    expect(labels).toEqual({ severity: severity.toLowerCase() });
    expect(Object.keys(annotations)).toEqual(["summary", "description", "runbook"]);
    expect(annotations.runbook).toBe(`docs/guide/alerts.md#${alert.toLowerCase()}`);
  }
});

test("every metric in the alerts and the dashboard is one of the guide", () => {
  const documented = new Set(
    [...read("docs/guide/metrics.md").matchAll(/^\| `usher\.[\w.]+` \| `(\w+)` \|/gm)].map(
      ([, name]) => name,
    ),
  );
  expect(documented).toContain("usher_requests_total");
  const recorded = rules.flatMap(({ record }) => record ?? []);
  const expressions = [...rules.map(({ expr }) => expr), ...queries];
  const unknown = expressions
    .map((expression) => recorded.reduce((rest, name) => rest.replaceAll(name, ""), expression))
    .flatMap((expression) => expression.match(/\busher_\w+/g) ?? [])
    .filter((name) => !labels.has(name))
    .filter((name) => !documented.has(name.replace(/_(?:bucket|count|sum)$/, "")));
  expect([...new Set(unknown)]).toEqual([]);
});

const labels = new Set([
  "usher_outcome",
  "usher_adapter",
  "usher_cache",
  "usher_key_algorithm",
  "usher_key_id",
  "usher_key_version",
]);

test("a metric in seconds is selected with and without its unit", () => {
  const inSeconds =
    /usher_(?:verification_duration|keys_age|revocations_staleness|deliveries_oldest_age)(.{13})/gs;
  const found = [...rules.map(({ expr }) => expr), ...queries].flatMap((expr) => [
    ...expr.matchAll(inSeconds),
  ]);
  expect(found.length).toBeGreaterThan(5);
  for (const [, rest = ""] of found) expect(rest).toMatch(/^\(_seconds\)\?/);
});

test("the panels of the dashboard have unique ids, do not overlap, and use the chosen data source", () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
    expect(x + w).toBeLessThanOrEqual(24);
    return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
  });
  expect(new Set(cells).size).toBe(cells.length);
  for (const { type, datasource, targets = [] } of panels.filter((panel) => panel.type !== "row")) {
    expect(type).toMatch(/^(?:stat|timeseries)$/);
    for (const { uid } of [datasource ?? { uid: "" }, ...targets.map((target) => target.datasource)])
      expect(uid).toBe(`\${datasource}`);
  }
});
