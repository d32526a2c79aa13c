import type { Finding } from "../output/findings.ts";
import type { Environment } from "../terminal.ts";
import type { Cause } from "./causes.ts";
import type { TokenText } from "./facts/token-text.ts";
import type { Verdict } from "./facts/verdict.ts";
import type { ProductionTargets } from "./production/targets.ts";

/** What the user gave the doctor. Everything is optional except the settings. */
export interface DoctorInput {
  /** The text that is sent as the token, unchanged; undefined if none was given. */
  readonly text: string | undefined;
  /** The API's settings. */
  readonly environment: Environment;
  /** Where they came from: the env file's name, or the environment. */
  readonly environmentName: string;
  /** Whether they came from a file rather than from the environment. */
  readonly isFile: boolean;
  /** Better Auth's base URL. */
  readonly issuer: URL | undefined;
  /** An endpoint of the API. */
  readonly api: URL | undefined;
  /** The Cookie header of a signed-in browser. */
  readonly cookie: string | undefined;
  /** The origin of the pages that call the API. */
  readonly origin: string | undefined;
  /** What to look at for production; undefined: nothing of it. */
  readonly production: ProductionTargets | undefined;
  /** The data folder, where running processes record their settings. */
  readonly dataFolder: string;
}

/** The input of a check: what was given, and the facts about the token. */
export interface CheckInput extends DoctorInput {
  readonly tokenText: TokenText | undefined;
  /** The verdict of a verifier with the API's settings. */
  readonly verdict: Verdict;
  /** The current time in seconds since 1970. */
  readonly now: number;
}

/** A finding with its cause. */
export type Diagnosis = Finding & { readonly id: Cause };

/** The result of one check. */
export interface CheckResult {
  readonly findings: readonly Diagnosis[];
  /** What was checked and is correct, in sentences. */
  readonly confirmed: readonly string[];
}

/** A check. Checks do not depend on each other. */
export type Check = (given: CheckInput) => CheckResult | Promise<CheckResult>;

/** A finding that makes requests fail. */
export function errorFinding(
  id: Cause,
  title: string,
  evidence: readonly string[],
  fix: readonly string[],
): Diagnosis {
  return { id, severity: "error", title, evidence, fix };
}

/** A finding that is a risk but makes no request fail today. */
export function warningFinding(
  id: Cause,
  title: string,
  evidence: readonly string[],
  fix: readonly string[],
): Diagnosis {
  return { id, severity: "warning", title, evidence, fix };
}

/** A result with these findings. */
export function withFindings(...findings: (Diagnosis | undefined)[]): CheckResult {
  return { findings: findings.filter((finding) => finding !== undefined), confirmed: [] };
}

/** A result without findings. */
export const noFindings: CheckResult = { findings: [], confirmed: [] };
