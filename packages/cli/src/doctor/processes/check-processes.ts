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
  const names = processes.map(({ name }) => name).join(" and ");
  return {
    findings: [],
    confirmed: [
      `${names} ${processes.length === 1 ? "uses" : "use"} the same secret${here === undefined ? "" : " as these settings"}`,
    ],
  };
}

function differ(processes: readonly RunningProcess[], evidence: readonly string[]): Diagnosis {
  const names = [...new Set(processes.map(({ name }) => name))].join(" and ");
  return errorFinding("running_secrets_differ", `The running ${names} have different secrets.`, evidence, [
    "Start both with one BETTER_AUTH_SECRET, from one env file, as npm start does.",
  ]);
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
