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
import { checkSettings } from "./settings/check-settings.ts";
import { withUsherWarnings } from "./settings/warnings.ts";
import { checkTokenText } from "./token-text/check-token-text.ts";

/** What the doctor found. */
export interface Report {
  /** Most likely cause first. */
  readonly findings: readonly Diagnosis[];
  /** What was looked at and is right. */
  readonly confirmed: readonly string[];
  /** Whether a token went from these settings and the issuer to the API and was let in. */
  readonly chainWorks: boolean;
  /** What was not looked at, and what to give so that it is. */
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
];

/** Looks at whatever there is, and says what is wrong with it. Shows no whole token and no secret. */
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
  const opinions = await Promise.all(checks.map((theme) => theme(input)));
  const findings = ranked(opinions.flatMap((opinion) => opinion.findings));
  return {
    findings,
    confirmed: opinions.flatMap(({ confirmed }) => confirmed),
    chainWorks:
      findings.length === 0 &&
      verdict.kind === "accepted" &&
      given.issuer !== undefined &&
      given.api !== undefined,
    notLookedAt: notLookedAt(input),
  };
}

/** One finding for each cause, in the order of likelihood, whatever refuses tokens first. */
function ranked(findings: readonly Diagnosis[]): Diagnosis[] {
  const byCause = new Map(findings.toReversed().map((finding) => [finding.id, finding]));
  const severity = ({ severity: of }: Diagnosis) => (of === "error" ? 0 : 1);
  return [...byCause.values()].sort(
    (one, other) => severity(one) - severity(other) || rankOf(one.id) - rankOf(other.id),
  );
}

function notLookedAt({ tokenText, verdict, issuer, api, cookie }: CheckInput): string[] {
  return [
    ...(tokenText === undefined ? ["the token: pipe it in, or --token-file"] : []),
    ...(tokenText?.kind === "jwt" && verdict.kind === "unknown"
      ? ["the signature: give the API's settings, --env"]
      : []),
    ...(issuer === undefined ? ["the issuer: --issuer https://app.example.com"] : []),
    ...(issuer !== undefined && cookie === undefined
      ? ["whether the issuer can still sign: --cookie-file, the Cookie header of a signed-in browser"]
      : []),
    ...(api === undefined ? ["the API: --api https://api.example.com/api/<user id>/tasks"] : []),
  ];
}
