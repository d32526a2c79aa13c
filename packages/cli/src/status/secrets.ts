import { secretFingerprint } from "@usher-auth/verify/keys";
import { checkProcesses } from "../doctor/processes/check-processes.ts";
import { secretsIn } from "../input/secrets.ts";
import type { Environment } from "../terminal.ts";
import { line, lineOf, type Section } from "./section.ts";

/** The fingerprint of each version of the shared secret, and whether running processes have the same. */
export async function secretsSection(environment: Environment, dataFolder: string): Promise<Section> {
  const secrets = secretsIn(environment).map(({ name, value, signs }) => ({
    name,
    fingerprint: secretFingerprint(value),
    signs,
  }));
  const { findings, confirmed } = await checkProcesses({ environment, dataFolder });
  return {
    name: "secrets",
    lines: [
      ...findings.map(lineOf),
      ...confirmed.map((text) => line("ok", text)),
      ...secrets.map(({ name, fingerprint, signs }) =>
        line("note", `${fingerprint}  ${name}${signs ? "" : " (does not sign)"}`),
      ),
    ],
    facts: { secrets },
  };
}
