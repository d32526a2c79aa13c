import { shellWord } from "../../output/paste.ts";
import { type CheckInput, type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, jsonOf, type NoAnswer } from "../http/probe.ts";

/** What `/jwks` says. Only asked about where tokens are verified by key pair. */
export function jwksFinding(
  url: URL,
  answer: Answer | NoAnswer,
  tokenText: CheckInput["tokenText"],
): Diagnosis | undefined {
  if (answer.kind === "none") return undefined;
  if (answer.status === 404) {
    return errorFinding(
      "jwks_missing",
      "The issuer publishes no keys, and tokens are to be verified by them.",
      [`${url.href} is 404: usherJwt signs with the shared secret there, or jwksPath is another one`],
      [
        'plugins: [usherJwt({ audience: "https://api.example.com", algorithm: "EdDSA" })] // at the issuer',
        "USHER_KEYS=secret # or at the API: verify by BETTER_AUTH_SECRET",
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
    "The token's key (kid) is not among those that the issuer publishes now.",
    [
      `kid ${JSON.stringify(kid)}; ${url.href} has ${keys.length} key${keys.length === 1 ? "" : "s"}, and not that one`,
    ],
    [
      "const { data } = await authClient.token(); // a new token, signed by a key that is published",
      "If new tokens have it too, they come from another issuer than this one.",
    ],
  );
}
