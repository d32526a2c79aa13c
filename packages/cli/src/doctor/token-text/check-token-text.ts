import { secretsIn } from "../../input/secrets.ts";
import { redact } from "../../output/redact.ts";
import type { Environment } from "../../terminal.ts";
import { type CheckInput, type CheckResult, type Diagnosis, errorFinding, noFindings } from "../check.ts";
import type { TokenText } from "../facts/token-text.ts";
import { explainSecret } from "../secret/explain.ts";
import { cookieSignedBy, jwsSignedBy } from "../secret/signed-by.ts";
import { explanations } from "./explanations.ts";

/** Checks whether the text is a token for an API, and whether something surrounds it. */
export function checkTokenText({ tokenText, environment }: CheckInput): CheckResult {
  if (tokenText === undefined) return noFindings;
  const findings: Diagnosis[] = [];
  for (const id of tokenText.wrappings) {
    const { title, fix } = explanations[id];
    findings.push(errorFinding(id, title, [`the token inside: ${redact(tokenText.token)}`], fix));
  }
  if (tokenText.kind !== "jwt") {
    const { title, fix } = explanations[tokenText.kind];
    const { evidence, finding } = secretEvidence(tokenText, environment);
    findings.push(errorFinding(tokenText.kind, title, [...evidenceOf(tokenText), ...evidence], fix));
    if (finding !== undefined) findings.push(finding);
  }
  return { findings, confirmed: [] };
}

function evidenceOf({ kind, token, jwt }: NonNullable<CheckInput["tokenText"]>): string[] {
  switch (kind) {
    case "token_missing":
      return ["the text is empty"];
    case "token_literal":
      return [`the text is ${token}`];
    case "id_token":
      return [`iss is ${JSON.stringify(jwt?.claims.iss)}, aud is ${JSON.stringify(jwt?.claims.aud)}`];
    default: {
      const segments = token.split(".").length;
      return [`${redact(token)}, ${segments} segment${segments === 1 ? "" : "s"}; a JWT has three`].map(
        (line) => (jwt === undefined ? line : `claims: ${Object.keys(jwt.claims).join(", ")}`),
      );
    }
  }
}

/**
 * If Better Auth signed the wrong thing with its secret, the signature shows whether the settings have the
 * same.
 */
function secretEvidence(
  { kind, token, jwt }: TokenText,
  environment: Environment,
): { readonly evidence: readonly string[]; readonly finding: Diagnosis | undefined } {
  const isSigned = kind === "session_cookie" || (jwt?.header.alg === "HS256" && kind !== "id_token");
  if (!isSigned || secretsIn(environment).length === 0) return { evidence: [], finding: undefined };
  const isSignedBy = kind === "session_cookie" ? cookieSignedBy(token) : jwsSignedBy(token);
  const { shared, finding } = explainSecret(isSignedBy, environment);
  const evidence =
    shared === undefined
      ? ["its signature does not match: these settings do not contain Better Auth's secret"]
      : [`its signature matches ${shared}: issuer and API share the secret`];
  return { evidence, finding };
}
