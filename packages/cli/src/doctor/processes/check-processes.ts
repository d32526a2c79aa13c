import { secretFingerprintFromEnv } from "@usher-auth/verify";
import type { Environment } from "../../terminal.ts";
import { type CheckInput, type CheckResult, type Diagnosis, errorFinding, noFindings } from "../check.ts";
import { issuerFrom } from "../facts/base-url.ts";
import { keyKinds } from "../facts/key-kinds.ts";
import { type RunningProcess, runningProcesses } from "./running-processes.ts";

/** The secret that the running web app and API have, against each other and against the settings. */
export async function checkProcesses({ dataFolder, environment }: CheckInput): Promise<CheckResult> {
  const issuer = issuerFrom(environment);
  const processes = (await runningProcesses(dataFolder)).filter(
    // Settings of another system, production's say, have nothing to do with what runs here.
    (running) =>
      running.secretFingerprint !== null &&
      (issuer === undefined || issuerFrom({ BETTER_AUTH_URL: running.issuer }) === issuer),
  );
  // With key pairs alone the two have no secret to share.
  const kinds = keyKinds(environment);
  if (processes.length === 0 || (kinds.size > 0 && !kinds.has("secret"))) return noFindings;

  const here = kinds.size > 0 ? fingerprintOf(environment) : undefined;
  const fingerprints = new Set(processes.map(({ secretFingerprint }) => secretFingerprint));
  const evidence = [
    ...processes.map(
      ({ name, pid, startedAt, secretFingerprint }) =>
        `${name} (pid ${pid}, since ${startedAt}) runs with ${secretFingerprint}`,
    ),
    ...(here === undefined ? [] : [`these settings have ${here}`]),
  ];
  if (fingerprints.size > 1) return { findings: [differ(processes, evidence)], confirmed: [] };
  if (here !== undefined && !fingerprints.has(here)) return { findings: [changed(evidence)], confirmed: [] };
  const names = processes.map(({ name }) => name).join(" and ");
  return {
    findings: [],
    confirmed: [`${names} run with the same secret${here === undefined ? "" : " as these settings"}`],
  };
}

function differ(processes: readonly RunningProcess[], evidence: readonly string[]): Diagnosis {
  const names = [...new Set(processes.map(({ name }) => name))].join(" and ");
  return errorFinding(
    "running_secrets_differ",
    `The running ${names} do not have the same secret.`,
    evidence,
    ["Start them with one BETTER_AUTH_SECRET: from one env file, as npm start does."],
  );
}

function changed(evidence: readonly string[]): Diagnosis {
  return errorFinding(
    "running_secret_changed",
    "What runs has another secret than these settings: they changed since it started, or it reads other ones.",
    evidence,
    ["Restart the web app and the API, so that both read these settings."],
  );
}

function fingerprintOf(environment: Environment): string | undefined {
  try {
    return secretFingerprintFromEnv(environment);
  } catch {
    // The theme of the settings says what is wrong with them.
    return undefined;
  }
}
