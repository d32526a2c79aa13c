import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";
import { sumOf } from "./counts.ts";

/**
 * Prints one line for each suite of the security project: its title, how its tests ended, and what it
 * counted. A suite is a `describe` at the top of a file; tests outside of any are listed by the file's name.
 *
 * Stands before the default reporter, whose own summary then is the last thing printed.
 */
export function securitySummary(): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit: (started) => {
      vitest = started;
    },
    onTestRunEnd: (modules) => {
      const lines = modules.filter(isSecurity).flatMap(linesOf);
      if (lines.length > 0) vitest?.logger.log(`\n${format(lines)}`);
    },
  };
}

/** The faults belong to the project of long tests. */
function isSecurity({ project, relativeModuleId }: TestModule): boolean {
  return project.name === "security" || relativeModuleId.startsWith("tests/security/");
}

interface Line {
  readonly title: string;
  readonly tests: string;
  readonly counts: readonly string[];
}

function linesOf(module: TestModule): Line[] {
  const loose = [...module.children.tests()];
  const suites = [...module.children.suites()].map((suite) =>
    lineOf(suite.name, [...suite.children.allTests()], suite),
  );
  // A file that could not be loaded, or prepared, must not go missing.
  if (loose.length === 0 && module.errors().length === 0) return suites;
  return [lineOf(module.relativeModuleId, loose, module), ...suites];
}

function lineOf(title: string, tests: readonly TestCase[], suite: TestSuite | TestModule): Line {
  const ended = (["passed", "failed", "skipped"] as const)
    .map((state) => [tests.filter((test) => test.result().state === state).length, state] as const)
    .filter(([number, state]) => number > 0 || state === "passed");
  const broken = suite.errors().length > 0 ? ["could not run"] : [];
  const counts = sumOf(tests.map((test) => test.meta().counts ?? {}));
  return {
    title,
    tests: [...ended.map(([number, state]) => `${inWords(number)} ${state}`), ...broken].join(", "),
    counts: Object.entries(counts).map(([name, number]) => `${inWords(number)} ${name}`),
  };
}

function inWords(number: number): string {
  return number.toLocaleString("en");
}

function format(lines: readonly Line[]): string {
  const titles = Math.max(...lines.map(({ title }) => title.length));
  const tests = Math.max(...lines.map((line) => line.tests.length));
  return lines
    .toSorted((one, other) => one.title.localeCompare(other.title, "en"))
    .map((line) => [line.title.padEnd(titles), line.tests.padStart(tests), ...line.counts].join("   "))
    .map((line) => ` ${line.trimEnd()}`)
    .join("\n");
}
