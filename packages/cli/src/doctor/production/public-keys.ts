import { type CheckResult, noFindings, warningFinding, withFindings } from "../check.ts";
import { keyKinds } from "../facts/key-kinds.ts";
import { probe } from "../http/probe.ts";
import type { ProductionInput } from "./targets.ts";

/** Seconds. The verifier fetches keys every five to ten minutes, and a cache must not make that an hour. */
const longestAge = 600;

/** Whether caches between issuer and API may keep the keys, and not for so long that they delay a rotation. */
export async function checkPublicKeys({ environment }: ProductionInput): Promise<CheckResult> {
  const url = URL.parse(environment.USHER_JWKS_URL ?? "");
  if (url === null || !keyKinds(environment).has("jwks")) return noFindings;
  const answer = await probe(url);
  if (answer.kind === "none" || answer.status !== 200) return noFindings;
  const control = answer.headers.get("cache-control") ?? "";
  const ages = [...control.matchAll(/(?:^|,)\s*(?:s-maxage|max-age)="?(\d{1,12})/gi)].map(([, age]) =>
    Number(age),
  );
  const age = Math.max(0, ...ages);
  if (age > longestAge) {
    return withFindings(
      warningFinding(
        "jwks_cached_too_long",
        "Caches may keep the public keys for so long that a new key is not seen in time.",
        [`${url.origin}${url.pathname} answers with Cache-Control: ${control}`],
        [`Cache-Control: public, max-age=${longestAge / 2} # at the issuer or its proxy, for the JWKS`],
      ),
    );
  }
  return {
    findings: [],
    confirmed: [`the JWKS can be fetched; caches keep it for ${age} s at most`],
  };
}
