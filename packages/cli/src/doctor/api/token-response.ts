import { type AuthErrorCode, authErrorCodes } from "@usher-auth/verify";
import { isAccessToken } from "../../input/token-kind.ts";
import { pasteable, shellWord } from "../../output/paste.ts";
import { type CheckInput, type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, jsonOf } from "../http/probe.ts";
import { leanToken, sizeEvidence } from "../jwt/check-size.ts";
import { pathFinding } from "./path.ts";

/** Why the API rejects the token; undefined if it accepts it. */
export function tokenResponseFinding(answer: Answer, url: URL, given: CheckInput): Diagnosis | undefined {
  const { status } = answer;
  const { code } = jsonOf(answer);
  const says = `it answers ${status}${typeof code === "string" ? ` ${code}` : ""} to the token`;
  const challenge = answer.headers.get("www-authenticate");
  const evidence = challenge === null ? [says] : [says, `WWW-Authenticate: ${challenge}`];

  if (status === 431 && given.tokenText !== undefined) {
    return errorFinding(
      "header_too_large",
      "The request's headers are too large for the API's server.",
      [says, ...sizeEvidence(given.tokenText)],
      leanToken,
    );
  }
  if (code === "credentials_missing") {
    return errorFinding(
      "authorization_stripped",
      "The Authorization header does not reach the API: something in between removes it.",
      [...evidence, "the token was sent, but the API received none"],
      ["proxy_set_header Authorization $http_authorization; # nginx, before proxy_pass"],
    );
  }
  if (code === "token_revoked") {
    return errorFinding(
      "token_revoked",
      "The token was revoked: its session was ended, or the user's organization or role was changed.",
      evidence,
      ["await authClient.token(); // if it returns none, the user must sign in again"],
    );
  }
  if (code === "scope_insufficient") {
    return errorFinding(
      "api_refuses",
      "The token does not have a scope, role or other claim that this endpoint requires.",
      evidence,
      given.tokenText?.jwt !== undefined && isAccessToken(given.tokenText.jwt)
        ? ["scope=… # by the client, in its authorization request: the challenge names the scopes"]
        : ["claims: ({ user }) => ({ scope: scopesOf(user) }) // at the issuer, in usherJwt()"],
    );
  }
  if (code === "reauthentication_required") {
    return errorFinding("api_refuses", "The endpoint needs a more recent sign-in.", evidence, [
      "await authClient.signIn.email({ email, password }); // then authClient.token()",
    ]);
  }
  if (code === "impersonation_forbidden") {
    return errorFinding(
      "api_refuses",
      "An administrator acts as this user, which the endpoint forbids.",
      evidence,
      ["await authClient.admin.stopImpersonating(); // then authClient.token()"],
    );
  }
  if (status === 403 || status === 404)
    return pathFinding(url, given.tokenText) ?? (status === 403 ? rejected(code, evidence) : undefined);
  if (status === 401)
    return given.verdict.kind === "accepted"
      ? otherSettings(String(code), evidence)
      : rejected(code, evidence);
  if (status === 503) {
    return errorFinding("api_unavailable", "The API cannot verify tokens at the moment.", evidence, [
      code === "keys_unavailable"
        ? `curl -i ${pasteable(given.environment.USHER_JWKS_URL, '"$USHER_JWKS_URL"')} # run it where the API runs: it must reach the issuer`
        : `curl -i ${shellWord(`${url.origin}/health/ready`)}`,
    ]);
  }
  if (status >= 500) {
    return errorFinding(
      "api_fails",
      "The API fails with a server error. A token must never cause a 500.",
      evidence,
      ["Read the API's log: an exception is not caught."],
    );
  }
  return undefined;
}

function rejected(code: unknown, evidence: readonly string[]): Diagnosis {
  return errorFinding("api_refuses", "The API rejects the token.", evidence, [
    "npx usher-auth doctor --env .env --api … # with the API's settings the doctor can find the cause",
    ...(isKnown(code) ? [`npx usher-auth explain ${code} # what the code means`] : []),
  ]);
}

function isKnown(code: unknown): code is AuthErrorCode {
  return authErrorCodes.some((known) => known === code);
}

const settingsOf: Readonly<Record<string, string>> = {
  signature_invalid: "BETTER_AUTH_SECRET",
  algorithm_rejected: "USHER_KEYS, USHER_JWKS_URL",
  key_unknown: "USHER_JWKS_URL",
  issuer_rejected: "BETTER_AUTH_URL",
  audience_rejected: "API_URL",
  token_expired: "its clock",
  token_not_yet_valid: "its clock",
};

/** The token is valid with the given settings, but the running API rejects it. */
function otherSettings(code: string, evidence: readonly string[]): Diagnosis {
  const which = settingsOf[code];
  return errorFinding(
    "api_settings_differ",
    "The running API has other settings than these, with which the token is valid.",
    [...evidence, ...(isKnown(code) && which !== undefined ? [`the difference is in: ${which}`] : [])],
    [
      "Restart the API with these settings. Compare the secret's fingerprint in its log with usher-auth fingerprint.",
    ],
  );
}
