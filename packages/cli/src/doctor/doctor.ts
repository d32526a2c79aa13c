import { checkApi } from "./api/check-api.ts";
import { rankOf } from "./causes.ts";
import type { Check, CheckInput, Diagnosis, DoctorInput } from "./check.ts";
import { issuerFrom } from "./facts/base-url.ts";
import { readTokenText } from "./facts/token-text.ts";
import { verdictOn } from "./facts/verdict.ts";
import { checkIssuer } from "./issuer/check-issuer.ts";
import { checkAlgorithm } from "./jwt/check-algorithm.ts";
import { checkClaims } from "./jwt/check-claims.ts";
import { checkSignature } from "./jwt/check-signature.ts";
import { checkSize } from "./jwt/check-size.ts";
import { checkProcesses } from "./processes/check-processes.ts";
import { checkProduction } from "./production/check-production.ts";
import { checkSettings } from "./settings/check-settings.ts";
import { withUsherWarnings } from "./settings/warnings.ts";
import { checkTokenText } from "./token-text/check-token-text.ts";

/** The doctor's report. */
export interface Report {
  /** Most likely cause first. */
  readonly findings: readonly Diagnosis[];
  /** What was checked and is correct. */
  readonly confirmed: readonly string[];
  /** Whether issuer, settings and API were all checked, and the API accepts the token. */
  readonly chainWorks: boolean;
  /** What was not checked, and the option that checks it. */
  readonly notLookedAt: readonly string[];
}

const checks: readonly Check[] = [
  checkTokenText,
  checkSettings,
  checkAlgorithm,
  checkSignature,
  checkClaims,
  checkSize,
  checkProcesses,
  checkIssuer,
  checkApi,
  checkProduction,
];

/** Runs every check. The report contains no whole token and no secret. */
export async function diagnose(given: DoctorInput): Promise<Report> {
  const { result } = await withUsherWarnings(() => runChecks(given));
  return result;
}

async function runChecks(given: DoctorInput): Promise<Report> {
  const tokenText =
    given.text === undefined
      ? undefined
      : readTokenText(given.text, issuerFrom(given.environment) ?? given.issuer?.origin);
  const verdict = await verdictOn(tokenText, given.environment);
  const input: CheckInput = { ...given, tokenText, verdict, now: Date.now() / 1000 };
  const results = await Promise.all(checks.map((check) => check(input)));
  const findings = ranked(results.flatMap((result) => result.findings));
  return {
    findings,
    confirmed: results.flatMap(({ confirmed }) => confirmed),
    chainWorks:
      findings.length === 0 &&
      verdict.kind === "accepted" &&
      given.issuer !== undefined &&
      given.api !== undefined,
    notLookedAt: notLookedAt(input),
  };
}

/** One finding for each cause: errors first, the most likely cause first. */
function ranked(findings: readonly Diagnosis[]): Diagnosis[] {
  const byCause = new Map(findings.toReversed().map((finding) => [finding.id, finding]));
  const severity = ({ severity: of }: Diagnosis) => (of === "error" ? 0 : 1);
  return [...byCause.values()].sort(
    (one, other) => severity(one) - severity(other) || rankOf(one.id) - rankOf(other.id),
  );
}

function notLookedAt({ tokenText, verdict, issuer, api, cookie, production }: CheckInput): string[] {
  return [
    ...(tokenText === undefined ? ["the token (pipe it in, or use --token-file)"] : []),
    ...(tokenText?.kind === "jwt" && verdict.kind === "unknown"
      ? ["the signature (pass the API's settings with --env)"]
      : []),
    ...(issuer === undefined ? ["the issuer (use --issuer https://app.example.com)"] : []),
    ...(issuer !== undefined && cookie === undefined
      ? ["whether the issuer can sign (use --cookie-file with the Cookie header of a signed-in browser)"]
      : []),
    ...(production !== undefined && production.health === undefined
      ? ["the API's health endpoint (use --health https://api.example.com/health/ready)"]
      : []),
    ...(api === undefined ? ["the API (use --api https://api.example.com/api/<user id>/tasks)"] : []),
  ];
}
