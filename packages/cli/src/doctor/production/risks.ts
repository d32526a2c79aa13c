import { type CheckResult, type Diagnosis, errorFinding, warningFinding } from "../check.ts";
import type { ProductionInput } from "./targets.ts";

/** Settings that are right for development, and a risk in production. */
export function checkRisks({ environment }: ProductionInput): CheckResult {
  const { API_URL, USHER_ALLOW_INSECURE_HOSTS, USHER_WHEN_STALE, NODE_TLS_REJECT_UNAUTHORIZED } = environment;
  const findings: Diagnosis[] = [];
  if (NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    findings.push(
      errorFinding(
        "tls_not_verified",
        "Certificates are not verified: anyone on the network can answer in the issuer's place.",
        ["NODE_TLS_REJECT_UNAUTHORIZED is 0"],
        ["NODE_EXTRA_CA_CERTS=/path/to/ca.pem # instead of NODE_TLS_REJECT_UNAUTHORIZED"],
      ),
    );
  }
  if (USHER_ALLOW_INSECURE_HOSTS) {
    const count = USHER_ALLOW_INSECURE_HOSTS.split(",").length;
    findings.push(
      warningFinding(
        "insecure_hosts",
        "Plain http is allowed to some hosts. Anyone on that network can insert their own keys.",
        [`USHER_ALLOW_INSECURE_HOSTS has ${count} host${count === 1 ? "" : "s"}`],
        ["USHER_ALLOW_INSECURE_HOSTS= # unless all of these are containers in a network that you trust"],
      ),
    );
  }
  if (USHER_WHEN_STALE === "accept") {
    findings.push(
      warningFinding(
        "stale_revocations_accepted",
        "While the revocations cannot be read, revoked tokens may be accepted.",
        ["USHER_WHEN_STALE is accept"],
        ["USHER_WHEN_STALE=refuse # answers 503 instead, until they can be read again"],
      ),
    );
  }
  const confirmed = API_URL ? ["API_URL is set: a token for another API is rejected"] : [];
  return { findings, confirmed: findings.length > 0 ? [] : confirmed };
}
