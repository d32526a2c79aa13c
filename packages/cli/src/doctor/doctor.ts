import { theApi } from "./api/check-api.ts";
import { rankOf } from "./causes.ts";
import type { Case, Diagnosis, Given, Theme } from "./check.ts";
import { issuerIn } from "./facts/base-url.ts";
import { readSent } from "./facts/token-text.ts";
import { verdictOn } from "./facts/verdict.ts";
import { theIssuer } from "./issuer/check-issuer.ts";
import { theAlgorithm } from "./jwt/check-algorithm.ts";
import { theClaims } from "./jwt/check-claims.ts";
import { theSignature } from "./jwt/check-signature.ts";
import { theSize } from "./jwt/check-size.ts";
import { theRunningProcesses } from "./processes/check-processes.ts";
import { theSettings } from "./settings/check-settings.ts";
import { withUsherWarnings } from "./settings/warnings.ts";
import { whatWasSent } from "./token-text/check-token-text.ts";

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

const themes: readonly Theme[] = [
  whatWasSent,
  theSettings,
  theAlgorithm,
  theSignature,
  theClaims,
  theSize,
  theRunningProcesses,
  theIssuer,
  theApi,
];

/** Looks at whatever there is, and says what is wrong with it. Shows no whole token and no secret. */
export async function examine(given: Given): Promise<Report> {
  const { result } = await withUsherWarnings(() => examineAll(given));
  return result;
}

async function examineAll(given: Given): Promise<Report> {
  const sent =
    given.text === undefined
      ? undefined
      : readSent(given.text, issuerIn(given.environment) ?? given.issuer?.origin);
  const verdict = await verdictOn(sent, given.environment);
  const patient: Case = { ...given, sent, verdict, now: Date.now() / 1000 };
  const opinions = await Promise.all(themes.map((theme) => theme(patient)));
  const findings = ranked(opinions.flatMap((opinion) => opinion.findings));
  return {
    findings,
    confirmed: opinions.flatMap(({ confirmed }) => confirmed),
    chainWorks:
      findings.length === 0 &&
      verdict.kind === "accepted" &&
      given.issuer !== undefined &&
      given.api !== undefined,
    notLookedAt: notLookedAt(patient),
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

function notLookedAt({ sent, verdict, issuer, api, cookie }: Case): string[] {
  return [
    ...(sent === undefined ? ["the token: pipe it in, or --token-file"] : []),
    ...(sent?.kind === "jwt" && verdict.kind === "unknown"
      ? ["the signature: give the API's settings, --env"]
      : []),
    ...(issuer === undefined ? ["the issuer: --issuer https://app.example.com"] : []),
    ...(issuer !== undefined && cookie === undefined
      ? ["whether the issuer can still sign: --cookie-file, the Cookie header of a signed-in browser"]
      : []),
    ...(api === undefined ? ["the API: --api https://api.example.com/api/<user id>/tasks"] : []),
  ];
}
