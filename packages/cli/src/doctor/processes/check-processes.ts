import { secretFingerprintFromEnv } from "@usher-auth/verify";
import type { Environment } from "../../terminal.ts";
import { type CheckInput, type CheckResult, type Diagnosis, errorFinding, noFindings } from "../check.ts";
import { issuerFrom } from "../facts/base-url.ts";
import { keyKinds } from "../facts/key-kinds.ts";
import { type RunningProcess, runningProcesses } from "./running-processes.ts";

/** Compares the secrets of the running web app and API with each other and with the settings. */
export async function checkProcesses({
  dataFolder,
  environment,
}: Pick<CheckInput, "dataFolder" | "environment">): Promise<CheckResult> {
  const issuer = issuerFrom(environment);
  const processes = (await runningProcesses(dataFolder)).filter(
    // Ignores processes of another system: the settings may be production's.
    (running) =>
      running.secretFingerprint !== null &&
      (issuer === undefined || issuerFrom({ BETTER_AUTH_URL: running.issuer }) === issuer),
  );
  // With key pairs only, there is no shared secret.
  const kinds = keyKinds(environment);
  if (processes.length === 0 || (kinds.size > 0 && !kinds.has("secret"))) return noFindings;

  const here = kinds.size > 0 ? fingerprintOf(environment) : undefined;
  const fingerprints = new Set(processes.map(({ secretFingerprint }) => secretFingerprint));
  const evidence = [
    ...processes.map(
      ({ name, pid, startedAt, secretFingerprint }) =>
        `${name} (pid ${pid}, since ${startedAt}) uses the secret with the fingerprint ${secretFingerprint}`,
    ),
    ...(here === undefined ? [] : [`these settings have the secret with the fingerprint ${here}`]),
  ];
  if (fingerprints.size > 1) return { findings: [differ(processes, evidence)], confirmed: [] };
  if (here !== undefined && !fingerprints.has(here)) return { findings: [changed(evidence)], confirmed: [] };
  const names = namesOf(processes);
  return {
    findings: [],
    confirmed: [
      `${names} ${processes.length === 1 ? "uses" : "use"} the same secret${here === undefined ? "" : " as these settings"}`,
    ],
  };
}

/** Each name once, with the number of its processes if there are several: `api (3) and web`. */
function namesOf(processes: readonly RunningProcess[]): string {
  const counts = new Map<string, number>();
  for (const { name } of processes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(" and ");
}

function differ(processes: readonly RunningProcess[], evidence: readonly string[]): Diagnosis {
  return errorFinding(
    "running_secrets_differ",
    `The running ${namesOf(processes)} have different secrets.`,
    evidence,
    ["Start both with one BETTER_AUTH_SECRET, from one env file, as npm start does."],
  );
}

function changed(evidence: readonly string[]): Diagnosis {
  return errorFinding(
    "running_secret_changed",
    "The running processes have another secret than these settings: the settings changed, or the processes use others.",
    evidence,
    ["Restart the web app and the API with these settings."],
  );
}

function fingerprintOf(environment: Environment): string | undefined {
  try {
    return secretFingerprintFromEnv(environment);
  } catch {
    // checkSettings reports invalid settings.
    return undefined;
  }
}
