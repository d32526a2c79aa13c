import { shellWord } from "../../output/paste.ts";
import { type CheckInput, type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, jsonOf, type NoAnswer } from "../http/probe.ts";

/** A problem with `/jwks`. Only checked if the API verifies with public keys. */
export function jwksFinding(
  url: URL,
  answer: Answer | NoAnswer,
  tokenText: CheckInput["tokenText"],
): Diagnosis | undefined {
  if (answer.kind === "none") return undefined;
  if (answer.status === 404) {
    return errorFinding(
      "jwks_missing",
      "The issuer publishes no keys, but the API verifies with public keys.",
      [`${url.href} answers 404: usherJwt() signs with the shared secret there, or jwksPath is different`],
      [
        'plugins: [usherJwt({ audience: "https://api.example.com", algorithm: "EdDSA" })] // at the issuer',
        "USHER_KEYS=secret # or at the API: verify with BETTER_AUTH_SECRET",
      ],
    );
  }
  const { keys } = jsonOf(answer);
  if (answer.status !== 200 || !Array.isArray(keys)) {
    return errorFinding(
      "jwks_unavailable",
      "The issuer's keys cannot be fetched.",
      [`${url.href} answers ${answer.status}`],
      [`curl -i ${shellWord(url.href)} # must answer 200 with {"keys":[…]}`],
    );
  }
  const kid = tokenText?.kind === "jwt" ? tokenText.jwt?.header.kid : undefined;
  if (kid === undefined || keys.some((key: { kid?: unknown } | null) => key?.kid === kid)) return undefined;
  return errorFinding(
    "key_unknown",
    "The issuer does not publish the token's key (kid).",
    [
      `kid ${JSON.stringify(kid)}; ${url.href} has ${keys.length} key${keys.length === 1 ? "" : "s"}, but not that one`,
    ],
    [
      "const { data } = await authClient.token(); // a new token, signed with a published key",
      "If new tokens have the same kid, they come from another issuer.",
    ],
  );
}
