import type { AuthError } from "@usher-auth/verify";
import { isAccessToken } from "../../input/token-kind.ts";
import type { UnverifiedJwt } from "../../input/unverified-jwt.ts";
import { durationInWords, instantInWords } from "../../output/duration.ts";
import { pasteable } from "../../output/paste.ts";
import { type CheckInput, type CheckResult, type Diagnosis, errorFinding, withFindings } from "../check.ts";
import { issuerFrom } from "../facts/base-url.ts";
import { hasSettings } from "../facts/key-kinds.ts";
import { urlDifference } from "../http/url-difference.ts";
import { claimErrors } from "./claim-errors.ts";
import { accessTokensOff, boundToKey, explainAccessToken } from "./explain-access-token.ts";

/** Ten years in seconds. A smaller `exp` is not a date but a lifetime in seconds. */
const tenYears = 315_360_000;

/** Compares the claims with what the API expects. */
export function checkClaims(given: CheckInput): CheckResult {
  const { tokenText, environment, issuer, now } = given;
  if (tokenText?.kind !== "jwt" || tokenText.jwt === undefined) return withFindings();
  if (isAccessToken(tokenText.jwt)) return checkAccessToken(given, tokenText.token, tokenText.jwt);
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
        return (
          boundToKey(claims) ??
          errorFinding("token_type", "The API does not accept tokens of this type (typ).", evidence, [
            "const { data } = await authClient.token(); // an API token has typ JWT, or no typ",
          ])
        );
      default:
        // Form, algorithm and signature are other checks'.
        return undefined;
    }
  }
}

/** The rules of access tokens, from the API's settings. Without settings, those that hold everywhere. */
function checkAccessToken({ environment, now }: CheckInput, token: string, jwt: UnverifiedJwt): CheckResult {
  const { USHER_ACCESS_TOKEN_ISSUER: issuer, USHER_ACCESS_TOKEN_SCOPES: scopes = "none" } = environment;
  if (hasSettings(environment) && !issuer) return withFindings(accessTokensOff(jwt));
  const expected = {
    issuer: issuer || undefined,
    audience: environment.API_URL || undefined,
    // checkSettings reports scopes that cannot be.
    scopes: scopes.trim() === "none" ? undefined : scopes.match(/[\x21\x23-\x5b\x5d-\x7e]+/g)?.map(String),
    now,
  };
  const errors = claimErrors(token, jwt, expected);
  return withFindings(
    ...errors.map((error) =>
      error.code === "token_not_yet_valid"
        ? notYetValid(jwt.claims, [error.hint ?? error.message], now)
        : explainAccessToken(error, jwt, expected),
    ),
  );
}

function issuerDiffers(actual: string, expected: string, setting: string | undefined): Diagnosis {
  // A URL with credentials is not printed.
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
          'plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer, without the option `issuer`: iss is then its origin',
          `createVerifier({ issuer: "${pasteable(actual)}", keys, audience }) // or at the API: verifierFromEnv only uses the origin`,
        ],
  );
}

function audienceDiffers(claims: Claims, expected: string): Diagnosis {
  const actual = (Array.isArray(claims.aud) ? claims.aud : [claims.aud]).map(String);
  const usherJwt = `plugins: [usherJwt({ audience: "${pasteable(expected)}" })]`;
  if (actual.length === 1 && actual[0] === claims.iss) {
    return errorFinding(
      "audience_default",
      "The issuer sets no audience, so Better Auth uses its own URL.",
      [`aud is ${actual.join(", ")}, the same as iss; expected ${expected} (API_URL)`],
      [
        `${usherJwt} // at the issuer`,
        `plugins: [jwt({ jwt: { audience: "${pasteable(expected)}" } })] // or with Better Auth's jwt()`,
      ],
    );
  }
  return errorFinding(
    "audience_differs",
    "The token is for another API.",
    [
      `aud is ${actual.join(", ")}`,
      `expected ${expected} (API_URL)`,
      ...actual.map((one) => urlDifference(one, expected)),
    ],
    [
      `${usherJwt} // at the issuer`,
      `API_URL=${pasteable(actual[0] ?? "")} # or at the API, if that is its audience`,
    ],
  );
}

function expired(claims: Claims, now: number): Diagnosis {
  const { exp, iat } = claims as { exp: number; iat?: number };
  if (exp < tenYears) {
    return errorFinding(
      "expiration_absolute",
      "expirationTime is a number: Better Auth uses it as the time itself, in seconds since 1970.",
      [`exp is ${exp}: ${instantInWords(exp, now)}`],
      [`jwt({ jwt: { expirationTime: "${exp}s" } }) // at the issuer: a string is a lifetime`],
    );
  }
  const life = iat === undefined ? "" : `; it was valid for ${durationInWords(exp - iat)}`;
  return errorFinding(
    "token_expired",
    `The token expired ${durationInWords(now - exp)} ago.`,
    [`exp is ${instantInWords(exp, now)}${life}`],
    ["const { data } = await authClient.token(); // before each request; createApiClient() does it for you"],
  );
}

function notYetValid(claims: Claims, evidence: readonly string[], now: number): Diagnosis {
  const ahead = (["nbf", "iat"] as const).flatMap((name) => {
    const value = claims[name];
    return typeof value === "number" && value > now ? [`${name} is ${instantInWords(value, now)}`] : [];
  });
  return errorFinding(
    "token_not_yet_valid",
    "The token is not valid yet: the issuer's clock is ahead of this machine's.",
    [...ahead, ...evidence],
    ["timedatectl set-ntp true # on both machines"],
  );
}

function invalid(claims: Claims, evidence: readonly string[]): Diagnosis {
  if (typeof claims.sub !== "string" || claims.sub === "") {
    return errorFinding(
      "subject_missing",
      "The token has no sub claim, so it does not name a user.",
      [...evidence, `its claims: ${Object.keys(claims).join(", ")}`],
      [
        "auth.api.signJWT({ body: { payload: { sub: user.id } } }) // if your own code signs tokens",
        "jwt({ jwt: { getSubject: ({ user }) => user.id } }) // with Better Auth's jwt(), where this is the default",
      ],
    );
  }
  return errorFinding(
    "claim_missing",
    "A claim that the API needs is missing or has the wrong type.",
    evidence,
    ['plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer: sets all of them'],
  );
}

type Claims = Readonly<Record<string, unknown>>;
