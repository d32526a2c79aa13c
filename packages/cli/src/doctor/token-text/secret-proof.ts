import { secretsIn } from "../../input/secrets.ts";
import type { Environment } from "../../terminal.ts";
import type { Diagnosis } from "../check.ts";
import { explainSecret } from "../secret/explain.ts";
import { proofOfCookie, proofOfJws } from "../secret/proof.ts";
import type { Sent } from "./token-text.ts";

/**
 * What a mistaken thing proves beside being mistaken: where Better Auth signed it with its secret, the
 * signature tells whether the settings have the same one.
 */
export function secretProof(
  { kind, token, jwt }: Sent,
  environment: Environment,
): { readonly evidence: readonly string[]; readonly finding: Diagnosis | undefined } {
  const isSigned = kind === "session_cookie" || (jwt?.header.alg === "HS256" && kind !== "id_token");
  if (!isSigned || secretsIn(environment).length === 0) return { evidence: [], finding: undefined };
  const proof = kind === "session_cookie" ? proofOfCookie(token) : proofOfJws(token);
  const { shared, finding } = explainSecret(proof, environment);
  const evidence =
    shared === undefined
      ? ["its signature does not match: these settings do not have Better Auth's secret"]
      : [`its signature matches ${shared}: issuer and API do share the secret`];
  return { evidence, finding };
}
