import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Prometheus } from "../support/prometheus.ts";

const guide = readFileSync(new URL("../../../docs/guide/alerts.md", import.meta.url), "utf8");

/** The pieces of PromQL that the guide shows, in one line of code each. */
const queries = [...guide.matchAll(/`([^`\n]+)`/g)]
  .map(([, code = ""]) => code)
  .filter((code) => /^(?:up|\{__name__|usher_\w+[{ ]|(?:sum|count|increase|topk)\W)/.test(code));

/** Evaluates what the guide tells an operator to look at. */
export function checkGuide(prometheus: () => Prometheus): void {
  test("every query of the guide returns data", async () => {
    expect(queries.length).toBeGreaterThan(10);
    const results = await Promise.all(queries.map((query) => prometheus().everything(query)));
    const empty = queries.filter((_, index) => results[index]?.length === 0);
    expect(empty).toEqual([]);
  });
}
