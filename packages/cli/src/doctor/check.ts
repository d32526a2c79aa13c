import type { Finding } from "../output/findings.ts";
import type { Environment } from "../terminal.ts";
import type { Cause } from "./causes.ts";
import type { TokenText } from "./facts/token-text.ts";
import type { Verdict } from "./facts/verdict.ts";

/** What the doctor was given. It works with whatever there is. */
export interface DoctorInput {
  /** What is sent as the token, character for character; undefined where none was given. */
  readonly text: string | undefined;
  /** The API's settings, as its process has them. */
  readonly environment: Environment;
  /** What to call them: the env file's name. */
  readonly environmentName: string;
  /** Whether they are a file that was named, and not just what happens to be in the environment. */
  readonly isFile: boolean;
  /** Where the issuer can be reached. */
  readonly issuer: URL | undefined;
  /** An endpoint of the API. */
  readonly api: URL | undefined;
  /** The Cookie header of a browser that is signed in. */
  readonly cookie: string | undefined;
  /** The origin that the API's pages come from. */
  readonly origin: string | undefined;
  /** Where running processes of this machine say what they run with. */
  readonly dataFolder: string;
}

/** What is known once the token was looked at. */
export interface CheckInput extends DoctorInput {
  readonly tokenText: TokenText | undefined;
  /** What the real verifier, set as the API is, says to it. */
  readonly verdict: Verdict;
  /** The time in seconds since 1970. */
  readonly now: number;
}

/** A finding with its place in the ranking. */
export type Diagnosis = Finding & { readonly id: Cause };

/** What one theme has to say. */
export interface CheckResult {
  readonly findings: readonly Diagnosis[];
  /** What was looked at and is right, in sentences. */
  readonly confirmed: readonly string[];
}

/** One theme of the examination. Themes do not know of each other. */
export type Check = (given: CheckInput) => CheckResult | Promise<CheckResult>;

/** Something that keeps requests from being served. */
export function errorFinding(
  id: Cause,
  title: string,
  evidence: readonly string[],
  fix: readonly string[],
): Diagnosis {
  return { id, severity: "error", title, evidence, fix };
}

/** Something that refuses no token today, and is a danger. */
export function warningFinding(
  id: Cause,
  title: string,
  evidence: readonly string[],
  fix: readonly string[],
): Diagnosis {
  return { id, severity: "warning", title, evidence, fix };
}

/** An opinion of findings alone. */
export function withFindings(...findings: (Diagnosis | undefined)[]): CheckResult {
  return { findings: findings.filter((finding) => finding !== undefined), confirmed: [] };
}

/** Nothing to say. */
export const noFindings: CheckResult = { findings: [], confirmed: [] };
