import type { Case, Opinion } from "../check.ts";
import { silent } from "../check.ts";
import { authBase } from "../facts/base-url.ts";
import { keyKinds } from "../facts/key-kinds.ts";
import { clockSkew } from "../http/clock-skew.ts";
import { probe } from "../http/probe.ts";
import { theJwks } from "./jwks.ts";
import { issuerAnswers } from "./reachability.ts";
import { theTokenEndpoint } from "./token-endpoint.ts";

/** Whether the issuer can be reached, and gives out tokens and keys. */
export async function theIssuer(given: Case): Promise<Opinion> {
  const { issuer, cookie, environment, sent } = given;
  if (issuer === undefined) return silent;
  const at = (path: string): URL => new URL(`${authBase(issuer)}${path}`);
  const needsKeys = keyKinds(environment).has("jwks") || sent?.jwt?.header.kid !== undefined;

  const [health, token, jwks] = await Promise.all([
    probe(at("/ok")),
    probe(at("/token"), cookie === undefined ? {} : { headers: { cookie } }),
    probe(at("/jwks")),
  ]);
  const skew = clockSkew("issuer", [health, token, jwks]);
  const general = issuerAnswers(issuer, health, token);
  if (general !== undefined) return { findings: [general, ...(skew ? [skew] : [])], confirmed: [] };

  const findings = [
    theTokenEndpoint(token, jwks, cookie !== undefined),
    needsKeys ? theJwks(at("/jwks"), jwks, sent) : undefined,
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
    `${issuer.origin} answers, and its clock is right`,
    hasCookie ? "/token gives a token for this session" : "/token is there (and refuses, without a session)",
    ...(needsKeys ? ["/jwks publishes keys"] : []),
  ];
}
