import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const document = fileURLToPath(new URL("openapi.json", import.meta.url));

/** Two users' tokens, and one that has expired. */
export interface AuditTokens {
  readonly a: string;
  readonly b: string;
  readonly expired: string;
}

/**
 * Runs `usher-auth audit` against an API of a guide.
 *
 * @returns What it found: `GET /path check`, for each check that failed.
 * @throws {Error} The audit could not say.
 */
export async function audit(api: string, { a, b, expired }: AuditTokens): Promise<string[]> {
  const words = ["audit", document, "--server", api, "--rate", "100000", "--json"];
  const program = ["--conditions=@usher-auth/source", `${root}packages/cli/src/main.ts`, ...words];
  const env = { PATH: process.env.PATH, USHER_TOKEN_A: a, USHER_TOKEN_B: b, USHER_EXPIRED_TOKEN: expired };
  // It ends with 1 if a check failed.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { env }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  if (!stdout.startsWith("{")) throw new Error(`the audit could not run: ${stderr}`);
  const { operations } = JSON.parse(stdout) as Report;
  const ofVerdict = (wanted: string) =>
    operations.flatMap(({ method, path, checks }) =>
      checks.filter(({ verdict }) => verdict === wanted).map(({ check }) => `${method} ${path} ${check}`),
    );
  if (ofVerdict("unclear").length > 0) throw new Error(`the audit is not sure: ${stdout}`);
  return ofVerdict("failed");
}

interface Report {
  readonly operations: readonly {
    readonly method: string;
    readonly path: string;
    readonly checks: readonly { readonly check: string; readonly verdict: string }[];
  }[];
}
