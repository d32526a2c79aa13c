import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestIssuer, expectGuarded, type Finding, NotGuardedError } from "../../src/index.ts";
import { samples } from "./apps/all.ts";
import type { SampleFramework } from "./apps/sample.ts";
import { type Flaw, flaws, guardedRoutes, leftOutFor } from "./flaws.ts";
import { createGate, type GateFlaw } from "./gate.ts";

const issuer = createTestIssuer();
const appFlaws: readonly string[] = [
  "handler before the refusal",
  "route before the guard",
  "router without the guard",
];

// Frameworks print the errors of guards that throw.
beforeAll(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
afterAll(() => void vi.mocked(console.error).mockRestore());

/** Checks the sample app of a framework with this flaw. Returns what was found. */
async function check(
  framework: SampleFramework,
  planted?: Flaw,
): Promise<{ findings: readonly Finding[]; error?: Error }> {
  const flaw = planted?.name;
  const leftOut = planted === undefined ? [] : leftOutFor(planted);
  const { app, routes, close } = await framework.build({
    gate: createGate(issuer, flaw === undefined || appFlaws.includes(flaw) ? undefined : (flaw as GateFlaw)),
    isEarly: flaw === "route before the guard",
    isNestedOpen: flaw === "router without the guard",
    isAfter: flaw === "handler before the refusal",
  });
  try {
    const open = ["GET /health", ...leftOut];
    const report = await expectGuarded(app, { issuer, public: open, ...(routes && { routes }) });
    expect(report.routes.map(plain).toSorted()).toEqual(guardedRoutes.toSorted());
    return { findings: [] };
  } catch (error) {
    if (!(error instanceof NotGuardedError)) throw error;
    return { findings: error.findings, error };
  } finally {
    await close?.();
  }
}

/** A route without what is special to the syntax of a router. */
function plain(route: string): string {
  return route.replaceAll(/\[(\w+)\]/g, ":$1").replaceAll(/\([^)]*\)|\{[^}]*\}/g, "");
}

describe.each(samples)("$name", (framework) => {
  it("finds nothing where the guard is complete", async () => {
    const { error } = await check(framework);
    expect(error?.message).toBeUndefined();
  });

  const shown = flaws.filter(({ needsWatch }) => needsWatch !== true || framework.isWatched);
  it.each(shown)("finds: $name", async (flaw) => {
    const { routes, sent, cameBack } = flaw;
    const { findings, error } = await check(framework, flaw);
    const found = findings.filter((finding) => finding.sent === sent && cameBack.test(finding.cameBack));
    expect(found.map(({ route }) => plain(route ?? "")).toSorted(), error?.message).toEqual(
      routes.toSorted(),
    );
    // No other route is accused.
    const named = new Set(findings.map(({ route }) => plain(route ?? "")));
    expect([...named].toSorted(), error?.message).toEqual(routes.toSorted());
    for (const route of found.map((finding) => finding.route))
      expect(error?.message).toContain(`\n${route}\n`);
    expect(error?.message).not.toContain("eyJ");
  });
});

it("has twelve flaws or more for each framework", () => {
  for (const { isWatched } of samples)
    expect(flaws.filter(({ needsWatch }) => needsWatch !== true || isWatched).length).toBeGreaterThanOrEqual(
      12,
    );
});
