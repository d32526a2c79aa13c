import { secretsIn } from "../../input/secrets.ts";
import { pasteable } from "../../output/paste.ts";
import { type CheckInput, type CheckResult, errorFinding, withFindings } from "../check.ts";
import { keyKinds } from "../facts/key-kinds.ts";
import { explainSecret } from "../secret/explain.ts";
import { jwsSignedBy } from "../secret/signed-by.ts";

/** Checks who signed the token. */
export function checkSignature(given: CheckInput): CheckResult {
  const { tokenText, verdict, environment } = given;
  if (tokenText?.kind !== "jwt" || tokenText.jwt === undefined) return withFindings();
  if (
    tokenText.jwt.header.alg === "HS256" &&
    keyKinds(environment).has("secret") &&
    secretsIn(environment).length > 0
  ) {
    const { shared, finding } = explainSecret(jwsSignedBy(tokenText.token), environment);
    const confirmed =
      shared === undefined ? [] : [`the token is signed with ${shared}: issuer and API share the secret`];
    return { findings: finding === undefined ? [] : [finding], confirmed };
  }
  if (verdict.kind !== "refused") return withFindings();
  const { code, hint } = verdict.error;
  const evidence = hint === undefined ? [verdict.error.message] : [hint];
  if (code === "key_unknown") {
    return withFindings(
      errorFinding(
        "key_unknown",
        "The issuer does not publish the token's key (kid).",
        [...evidence, `kid ${JSON.stringify(tokenText.jwt.header.kid)}; the keys were fetched just now`],
        [
          "const { data } = await authClient.token(); // a new token, signed with a published key",
          "If new tokens have the same kid, USHER_JWKS_URL is the URL of another issuer.",
        ],
      ),
    );
  }
  if (code === "signature_invalid") {
    return withFindings(
      errorFinding(
        "signature_invalid",
        "The signature does not match the issuer's key: the token was changed.",
        evidence,
        ["Send the token exactly as the issuer returned it, or get a new one with authClient.token()."],
      ),
    );
  }
  if (code === "keys_unavailable") {
    return withFindings(
      errorFinding("jwks_unavailable", "The issuer's keys cannot be fetched from USHER_JWKS_URL.", evidence, [
        `curl -i ${pasteable(environment.USHER_JWKS_URL, '"$USHER_JWKS_URL"')} # run it where the API runs: it must answer 200 with JSON`,
      ]),
    );
  }
  return withFindings();
}
