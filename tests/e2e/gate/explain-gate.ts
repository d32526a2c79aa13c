import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { machineEnvironment } from "../support/processes/machine-environment.ts";

const program = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));

/** What `usher-auth gate --explain --json` prints. */
export interface Explanation {
  readonly warnings: readonly string[];
  readonly rules: readonly {
    readonly method: string;
    readonly path: string;
    readonly access: string;
    readonly owners: Readonly<Record<string, string>>;
    readonly scopes: readonly (readonly string[])[];
  }[];
}

/** Asks the gate for its routes, in this folder and with these variables. Rejects if a setting is not valid. */
export async function explainGate(
  folder: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Explanation> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@usher-auth/source", program, "gate", ...words, "--explain", "--json"],
    { cwd: folder, env: { ...machineEnvironment(), ...variables } },
  );
  return JSON.parse(stdout);
}
