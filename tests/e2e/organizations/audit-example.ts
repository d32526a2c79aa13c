import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Leak } from "./leaks.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const example = join(root, "examples/organizations");

/** What `npm run audit` of the example says. */
export interface ExampleAudit {
  readonly exitCode: number;
  readonly errors: string;
  readonly report: {
    readonly notes: readonly string[];
    readonly operations: readonly {
      readonly method: string;
      readonly path: string;
      readonly exceptions: readonly string[];
      readonly optionalAuth: boolean;
      readonly checks: readonly {
        readonly check: string;
        readonly verdict: string;
        readonly reason: string;
      }[];
    }[];
  };
}

/**
 * Audits a copy of the example with the packages of this repository, as `npm run audit` does.
 *
 * @param changes What to change in the copy first.
 * @param signal Ends the processes.
 */
export async function auditExample(
  changes: Leak["changes"] = [],
  signal?: AbortSignal,
): Promise<ExampleAudit> {
  const folder = mkdtempSync(join(tmpdir(), "usher-organizations-"));
  try {
    for (const part of ["src", "audit.txt", "package.json"])
      cpSync(join(example, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    for (const { file, from, to } of changes) replace(join(folder, "src", file), from, to);
    const { exitCode, output, errors } = await run(folder, signal);
    if (!output.startsWith("{")) throw new Error(`the audit printed no report: ${output}${errors}`);
    return { exitCode, errors, report: JSON.parse(output) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function replace(path: string, from: string, to: string): void {
  const parts = readFileSync(path, "utf8").split(from);
  if (parts.length !== 2) throw new Error(`${path} has this text ${parts.length - 1} times: ${from}`);
  writeFileSync(path, parts.join(to));
}

function run(folder: string, signal: AbortSignal | undefined) {
  const words = ["--conditions=@usher-auth/source", "src/audit.ts", "--json"];
  const options = {
    cwd: folder,
    env: { PATH: process.env.PATH, LOG_LEVEL: "silent", NO_COLOR: "1" },
    ...(signal && { signal }),
    maxBuffer: 64 * 1024 * 1024,
  };
  return new Promise<{ exitCode: number; output: string; errors: string }>((resolve) => {
    execFile(process.execPath, words, options, (error, output, errors) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 2), output, errors });
    });
  });
}

/** The results with this verdict: `GET /projects other_data` for `/api/orgs/{orgId}/projects`. */
export function resultsWith({ report }: ExampleAudit, verdict: string): string[] {
  return report.operations.flatMap(({ method, path, checks }) =>
    checks
      .filter((result) => result.verdict === verdict)
      .map(({ check }) => `${method} ${path.replace("/api/orgs/{orgId}", "")} ${check}`),
  );
}
