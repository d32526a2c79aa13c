import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sources } from "./installed.ts";

const repository = fileURLToPath(new URL("../../../..", import.meta.url));
const config = fileURLToPath(new URL("../vitest.config.ts", import.meta.url));

/** What vitest's JSON reporter writes, as far as it is used here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The results of one run, by `file > title`. A file that cannot be loaded has one result, by its name. */
export interface Results {
  readonly passed: ReadonlySet<string>;
  /** With the first line of each failure. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Runs Better Auth's tests of its jwt, bearer, oauth-provider and mcp plugins in another process. */
export async function runOwnTests({ sources, usherJwt }: Sources): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), "usher-better-auth-"));
  try {
    const output = join(folder, "report.json");
    const vitest = join(repository, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--config", config, "--reporter=json", `--outputFile=${output}`];
    const own = {
      BETTER_AUTH_SOURCES: sources,
      USHER_JWT: usherJwt ? "yes" : "no",
      BETTER_AUTH_TELEMETRY: "0",
    };
    const env = { ...withoutVitest(process.env), ...own };
    const child = spawn(process.execPath, args, { cwd: repository, env, stdio: "ignore" });
    await once(child, "close");
    return resultsOf(JSON.parse(await readFile(output, "utf8")) as Report, sources);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The variables of the test that starts this run would tell it that it is a worker. */
function withoutVitest(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^VITEST/i.test(name)));
}

export function resultsOf({ testResults }: Report, sources: string): Results {
  const passed = new Set<string>();
  const failed = new Map<string, string>();
  for (const { name, message, assertionResults } of testResults) {
    const file = relative(sources, name);
    if (assertionResults.length === 0) failed.set(file, firstLine(message));
    for (const { fullName, status, failureMessages } of assertionResults) {
      const title = `${file} > ${fullName}`;
      if (status === "passed") passed.add(title);
      else if (status === "failed") failed.set(title, firstLine(failureMessages[0]));
    }
  }
  return { passed, failed };
}

function firstLine(message = ""): string {
  return message.split("\n", 1)[0] ?? "";
}
