import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { createVitest, type TestCase, type TestModule, type Vitest } from "vitest/node";
import type { Rule } from "../rule.ts";
import type { RuleGroup } from "../rules.ts";
import { filesOf, ruleBreaker } from "./broken-rule.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const conditions = ["@usher-auth/source"];

/** The result of a rule's test without the rule. */
interface Verdict {
  /** Whether the test failed by an assertion, while other tests of the file passed. */
  readonly isProven: boolean;
  /** The message of the assertion, or why the result proves nothing. */
  readonly because: string;
}

/** Runs the tests of rules with and without the rules. */
export interface Trial {
  /** Runs the tests with all rules. Returns the titles of those that fail. */
  control(ruleGroups: readonly RuleGroup[]): Promise<readonly string[]>;
  /** Removes one rule and runs the tests of its group. */
  without(rule: Rule, group: RuleGroup): Promise<Verdict>;
  close(): Promise<void>;
}

/** One Vitest server for all runs, so that only changed files are loaded again. */
export async function openTrial(): Promise<Trial> {
  let broken: Rule | undefined;
  const vitest = await createVitest(
    {
      root,
      config: false,
      watch: false,
      reporters: [{}],
      include: ["tests/security/rules/*.test.ts"],
      testTimeout: 30_000,
      fsModuleCache: false,
    },
    {
      plugins: [ruleBreaker(() => broken)],
      resolve: { conditions },
      ssr: { resolve: { conditions, externalConditions: conditions } },
      // Its warnings are about the changed code.
      logLevel: "silent",
    },
  );

  await vitest.standalone();

  async function without(rule: Rule, group: RuleGroup): Promise<Verdict> {
    broken = rule;
    for (const file of filesOf(rule)) vitest.invalidateFile(file);
    try {
      const [module] = await run(vitest, [group]);
      return judge(rule, module);
    } finally {
      broken = undefined;
      for (const file of filesOf(rule)) vitest.invalidateFile(file);
    }
  }

  async function control(ruleGroups: readonly RuleGroup[]): Promise<readonly string[]> {
    const modules = await run(vitest, ruleGroups);
    return modules.flatMap((module) => [
      ...module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`),
      ...[...module.children.allTests()].filter((test) => !hasPassed(test)).map(({ name }) => name),
    ]);
  }

  return { control, without, close: () => vitest.close() };
}

async function run(vitest: Vitest, ruleGroups: readonly RuleGroup[]): Promise<readonly TestModule[]> {
  const files = ruleGroups.map(({ test }) => join(root, "tests/security/rules", test));
  const specifications = files.map((file) => vitest.getRootProject().createSpecification(file));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const [error] = unhandledErrors as readonly Partial<Error>[];
  if (error !== undefined) throw new Error(`an error outside of the tests: ${error.message}`);
  // The report also contains the modules of earlier runs.
  return files.flatMap((file) => testModules.filter(({ moduleId }) => moduleId === file));
}

function judge(rule: Rule, module: TestModule | undefined): Verdict {
  const tests = [...(module?.children.allTests() ?? [])];
  const result = tests.find(({ name }) => name === rule.text)?.result();
  if (result === undefined)
    return unproven(`it has no test: ${module?.errors()[0]?.message ?? "none of that title"}`);
  if (result.state !== "failed") return unproven("its test passes without it");
  const [error] = result.errors;
  if (error?.name !== "AssertionError")
    return unproven(`its test does not fail by an assertion: ${error?.message}`);
  if (!tests.some(hasPassed))
    return unproven("no other test of the file passes: it is not the rule that is broken");
  return { isProven: true, because: firstLine(error.message) };
}

function unproven(because: string): Verdict {
  return { isProven: false, because: firstLine(because) };
}

function hasPassed(test: TestCase): boolean {
  return test.result().state === "passed";
}

/** The first line of an assertion message, without colours and the kind of comparison. */
function firstLine(message: string): string {
  const [line = ""] = stripVTControlCharacters(message).split("\n");
  return line.replace(" // Object.is equality", "");
}
