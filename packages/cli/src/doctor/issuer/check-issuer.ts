import type { CheckInput, CheckResult } from "../check.ts";
import { noFindings } from "../check.ts";
import { authBaseUrl } from "../facts/base-url.ts";
import { keyKinds } from "../facts/key-kinds.ts";
import { clockSkew } from "../http/clock-skew.ts";
import { probe } from "../http/probe.ts";
import { jwksFinding } from "./jwks.ts";
import { reachabilityFinding } from "./reachability.ts";
import { tokenEndpointFinding } from "./token-endpoint.ts";

/** Checks whether the issuer can be reached and issues tokens and keys. */
export async function checkIssuer(
  given: Pick<CheckInput, "issuer" | "cookie" | "environment" | "tokenText">,
): Promise<CheckResult> {
  const { issuer, cookie, environment, tokenText } = given;
  if (issuer === undefined) return noFindings;
  const at = (path: string): URL => new URL(`${authBaseUrl(issuer)}${path}`);
  const needsKeys = keyKinds(environment).has("jwks") || tokenText?.jwt?.header.kid !== undefined;

  const [health, token, jwks] = await Promise.all([
    probe(at("/ok")),
    probe(at("/token"), cookie === undefined ? {} : { headers: { cookie } }),
    probe(at("/jwks")),
  ]);
  const skew = clockSkew("issuer", [health, token, jwks]);
  const general = reachabilityFinding(issuer, health, token);
  if (general !== undefined) return { findings: [general, ...(skew ? [skew] : [])], confirmed: [] };

  const findings = [
    tokenEndpointFinding(token, jwks, cookie !== undefined),
    needsKeys ? jwksFinding(at("/jwks"), jwks, tokenText) : undefined,
    skew,
  ];
  const found = findings.filter((finding) => finding !== undefined);
  return {
    findings: found,
    confirmed: found.length > 0 ? [] : confirmations(issuer, cookie !== undefined, needsKeys),
  };
}

function confirmations(issuer: URL, hasCookie: boolean, needsKeys: boolean): string[] {
  return [
    `${issuer.origin} answers, and its clock is correct`,
    hasCookie
      ? "/token issues a token for this session"
      : "/token exists (and rejects a request without a session)",
    ...(needsKeys ? ["/jwks publishes keys"] : []),
  ];
}
