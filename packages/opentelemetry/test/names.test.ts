import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as stable from "@opentelemetry/semantic-conventions";
import * as incubating from "@opentelemetry/semantic-conventions/incubating";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = globSync("src/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
const guide = readFileSync(join(root, "../../docs/guide/metrics.md"), "utf8");

it("attributes that OpenTelemetry names have its names", () => {
  const used = sources.flatMap((text) => [...text.matchAll(/"((?:http|error|enduser|server)\.[a-z_.]+)"/g)]);
  const names = [...new Set(used.map(([, name]) => name))].sort();
  const known = new Set(Object.values({ ...stable, ...incubating }));
  expect(names.length).toBeGreaterThan(4);
  expect(names.filter((name) => !known.has(name as never))).toEqual([]);
});

it("the guide lists every metric, with the name in Prometheus", () => {
  const used = sources.flatMap((text) => [
    ...text.matchAll(/meter\.create(Observable)?(Counter|Gauge|Histogram)\(\s*"(usher\.[a-z_.]+)"/g),
  ]);
  const rows = used.map(([, , kind, name = ""]) => {
    const suffix = kind === "Counter" ? "_total" : "";
    return `| \`${name}\` | \`${name.replaceAll(".", "_")}${suffix}\` | ${kind?.toLowerCase()}`;
  });
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(guide).toContain(row);
});
