import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendNames } from "../../../scripts/launch/gate-backend.ts";
import { machineEnvironment } from "../support/processes/machine-environment.ts";
import { fetchToken, type Session, signOut, signUp } from "../support/session.ts";
import { missingFor, type RunningDemo, startDemo } from "./start.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Report {
  readonly summary: Readonly<Record<string, number>>;
  readonly operations: readonly {
    readonly method: string;
    readonly path: string;
    readonly checks: readonly { readonly check: string; readonly verdict: string }[];
  }[];
}

describe.for(backendNames)("usher-auth audit of a backend without authentication: %s", (name) => {
  let missing: string | undefined;
  let demo: RunningDemo;
  let users: Session[];
  beforeAll(async () => {
    missing = await missingFor(name);
    if (missing !== undefined) return;
    demo = await startDemo(name);
    users = [await signUp(demo.webUrl), await signUp(demo.webUrl, "Grace Hopper")];
  }, 300_000);
  afterAll(async () => void (await demo?.stop()));

  test("finds nothing through the gate", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const { exitCode, errors, report } = await audit(["--server", demo.apiUrl], await tokensOf(demo, users));
    expect(errors).toBe("");
    for (const verdict of ["failed", "unclear"]) expect(resultsWith(report, verdict)).toEqual([]);
    // Every operation with an owner was tried with another user's path, and with another user's task.
    const own = report.operations.filter(({ path }) => path.includes("{user_id}"));
    expect(own).toHaveLength(6);
    for (const { method, path, checks } of own) {
      const passed = checks.filter(({ verdict }) => verdict === "passed").map(({ check }) => check);
      const expected = ["no_token", "revoked_token", "other_owner", "path_spelling"];
      if (path.includes("{task_id}")) expected.push("other_object");
      expect(passed, `${method} ${path}`).toEqual(expect.arrayContaining(expected));
    }
    expect(exitCode).toBe(0);
  });

  test("finds that every operation is open without the gate", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const { exitCode, report } = await audit([], await tokensOf(demo, users));
    expect(exitCode).toBe(1);
    for (const { path, method } of report.operations.filter(({ path }) => path.includes("{user_id}")))
      expect(resultsWith(report, "failed")).toContain(`${method} ${path} no_token`);
  });

  async function audit(words: readonly string[], tokens: Record<string, string>) {
    const run = await new Promise<{ exitCode: number; output: string; errors: string }>((resolve) => {
      execFile(
        process.execPath,
        [
          ...["--conditions=@usher-auth/source", "packages/cli/src/main.ts", "audit", demo.documentUrl],
          ...["--writes", "--rate", "200", "--json", ...words],
        ],
        { cwd: root, env: { ...machineEnvironment(), ...tokens }, maxBuffer: 64 * 1024 * 1024 },
        (error, output, errors) =>
          resolve({ exitCode: error === null ? 0 : Number(error.code ?? 2), output, errors }),
      );
    });
    return { ...run, report: JSON.parse(run.output) as Report };
  }
});

/** New tokens of both users, and the token of a session that has ended. */
async function tokensOf(demo: RunningDemo, [ada, grace]: Session[]): Promise<Record<string, string>> {
  const gone = await signUp(demo.webUrl, "Gone");
  await signOut(demo.webUrl, gone.cookie);
  return {
    USHER_TOKEN_A: await fetchToken(demo.webUrl, ada?.cookie ?? ""),
    USHER_TOKEN_B: await fetchToken(demo.webUrl, grace?.cookie ?? ""),
    USHER_REVOKED_TOKEN: gone.token,
  };
}

function resultsWith({ operations }: Report, verdict: string): string[] {
  return operations.flatMap(({ method, path, checks }) =>
    checks.filter((result) => result.verdict === verdict).map(({ check }) => `${method} ${path} ${check}`),
  );
}
