import type { AuthError } from "@usher-auth/verify";
import { durationInWords, instantInWords } from "../../output/duration.ts";
import { pasteable } from "../../output/paste.ts";
import { type CheckInput, type CheckResult, type Diagnosis, errorFinding, withFindings } from "../check.ts";
import { issuerFrom } from "../facts/base-url.ts";
import { urlDifference } from "../http/url-difference.ts";
import { claimErrors } from "./claim-errors.ts";

/**
 * Ten years: an `exp` below it is no date of today but a number of seconds that was meant as a length of
 * time.
 */
const tenYears = 315_360_000;

/** The claims against what the API expects of them. */
export function checkClaims({ tokenText, environment, issuer, now }: CheckInput): CheckResult {
  if (tokenText?.kind !== "jwt" || tokenText.jwt === undefined) return withFindings();
  const { claims } = tokenText.jwt;
  const expected = {
    issuer: issuerFrom(environment) ?? issuer?.origin,
    audience: environment.API_URL || undefined,
    now,
  };
  const errors = claimErrors(tokenText.token, tokenText.jwt, expected);
  return withFindings(...errors.map((error) => explain(error)));

  function explain(error: AuthError): Diagnosis | undefined {
    const evidence = error.hint === undefined ? [error.message] : [error.hint];
    switch (error.code) {
      case "issuer_rejected":
        return issuerDiffers(String(claims.iss), expected.issuer ?? "", environment.BETTER_AUTH_URL);
      case "audience_rejected":
        return audienceDiffers(claims, expected.audience ?? "");
      case "token_expired":
        return expired(claims, now);
      case "token_not_yet_valid":
        return notYetValid(claims, evidence, now);
      case "claims_invalid":
        return invalid(claims, evidence);
      case "token_unsupported":
        return errorFinding("token_type", "The token is of another type than the API accepts.", evidence, [
          "const { data } = await authClient.token(); // a token for an API has typ JWT, or none",
        ]);
      default:
        // Form, algorithm and signature are other checks'.
        return undefined;
    }
  }
}

function issuerDiffers(actual: string, expected: string, setting: string | undefined): Diagnosis {
  // One with credentials in it is not repeated.
  const isShort = !setting || setting === expected || setting.includes("@");
  const source = isShort ? "BETTER_AUTH_URL" : `the origin of BETTER_AUTH_URL, ${setting}`;
  const isOrigin = issuerFrom({ BETTER_AUTH_URL: actual }) === actual;
  return errorFinding(
    "issuer_differs",
    "The token's issuer is not the one that the API expects.",
    [`iss is ${actual}`, `expected ${expected} (${source})`, urlDifference(actual, expected)],
    isOrigin
      ? [`BETTER_AUTH_URL=${pasteable(actual)} # at the API, if that is your issuer`]
      : [
          'plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer, without `issuer`: its origin is written',
          `createVerifier({ issuer: "${pasteable(actual)}", keys, audience }) // or at the API: verifierFromEnv takes the origin alone`,
        ],
  );
}

function audienceDiffers(claims: Claims, expected: string): Diagnosis {
  const actual = (Array.isArray(claims.aud) ? claims.aud : [claims.aud]).map(String);
  const usherJwt = `plugins: [usherJwt({ audience: "${pasteable(expected)}" })]`;
  if (actual.length === 1 && actual[0] === claims.iss) {
    return errorFinding(
      "audience_default",
      "The issuer names no audience: Better Auth then writes its own address there.",
      [`aud is ${actual.join(", ")}, the same as iss; expected ${expected} (API_URL)`],
      [
        `${usherJwt} // at the issuer`,
        `plugins: [jwt({ jwt: { audience: "${pasteable(expected)}" } })] // or with Better Auth's own`,
      ],
    );
  }
  return errorFinding(
    "audience_differs",
    "The token is meant for another API than this one.",
    [
      `aud is ${actual.join(", ")}`,
      `expected ${expected} (API_URL)`,
      ...actual.map((one) => urlDifference(one, expected)),
    ],
    [
      `${usherJwt} // at the issuer`,
      `API_URL=${pasteable(actual[0] ?? "")} # or at the API, if that is its name`,
    ],
  );
}

function expired(claims: Claims, now: number): Diagnosis {
  const { exp, iat } = claims as { exp: number; iat?: number };
  if (exp < tenYears) {
    return errorFinding(
      "expiration_absolute",
      "expirationTime was given as a number: Better Auth takes it for the instant itself, a second of 1970.",
      [`exp is ${exp}: ${instantInWords(exp, now)}`],
      [`jwt({ jwt: { expirationTime: "${exp}s" } }) // at the issuer: a text is a length of time`],
    );
  }
  const life = iat === undefined ? "" : `; it was good for ${durationInWords(exp - iat)}`;
  return errorFinding(
    "token_expired",
    `The token expired ${durationInWords(now - exp)} ago.`,
    [`exp is ${instantInWords(exp, now)}${life}`],
    [
      "const { data } = await authClient.token(); // before each request, or createApiClient(), which does it",
    ],
  );
}

function notYetValid(claims: Claims, evidence: readonly string[], now: number): Diagnosis {
  const ahead = (["nbf", "iat"] as const).flatMap((name) => {
    const value = claims[name];
    return typeof value === "number" && value > now ? [`${name} is ${instantInWords(value, now)}`] : [];
  });
  return errorFinding(
    "token_not_yet_valid",
    "The token is from the future: the issuer's clock is ahead of this machine's.",
    [...ahead, ...evidence],
    ["timedatectl set-ntp true # on both machines"],
  );
}

function invalid(claims: Claims, evidence: readonly string[]): Diagnosis {
  if (typeof claims.sub !== "string" || claims.sub === "") {
    return errorFinding(
      "subject_missing",
      "The token has no sub: it does not say whose it is.",
      [...evidence, `its claims: ${Object.keys(claims).join(", ")}`],
      [
        "auth.api.signJWT({ body: { payload: { sub: user.id } } }) // if your own code signs it",
        "jwt({ jwt: { getSubject: ({ user }) => user.id } }) // with Better Auth's jwt(): the default does it",
      ],
    );
  }
  return errorFinding(
    "claim_missing",
    "A claim that the API needs is missing, or of the wrong form.",
    evidence,
    ['plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer: has all of them'],
  );
}

type Claims = Readonly<Record<string, unknown>>;
