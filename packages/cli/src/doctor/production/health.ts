import { shellWord } from "../../output/paste.ts";
import { shownUrl } from "../../status/shown-url.ts";
import { type CheckResult, errorFinding, noFindings, warningFinding, withFindings } from "../check.ts";
import { jsonOf, probe } from "../http/probe.ts";
import type { ProductionInput } from "./targets.ts";

/** Whether the health endpoint answers a balancer, which sends no token. */
export async function checkHealth({ health }: ProductionInput): Promise<CheckResult> {
  if (health === undefined) return noFindings;
  const answer = await probe(health);
  const evidence =
    answer.kind === "none" ? answer.reason : `${health.origin}${health.pathname} answers ${answer.status}`;
  const hasAnswered = answer.kind === "answer";
  if (!hasAnswered || answer.status >= 300) {
    const needsToken = hasAnswered && (answer.status === 401 || answer.status === 403);
    return withFindings(
      errorFinding(
        "health_fails",
        needsToken
          ? "The health endpoint needs a token, which a balancer does not have."
          : "The health endpoint does not say that the API is ready.",
        [evidence],
        needsToken
          ? ["config: { public: true } // at the health route"]
          : [`curl -i ${shellWord(shownUrl(health.href))} # its body and the API's log say why`],
      ),
    );
  }
  if (jsonOf(answer).whenStale === "accept") {
    return withFindings(
      warningFinding(
        "stale_revocations_accepted",
        "While the revocations cannot be read, revoked tokens may be accepted.",
        [`${evidence}, with whenStale: accept`],
        ["USHER_WHEN_STALE=refuse # answers 503 instead, until they can be read again"],
      ),
    );
  }
  return { findings: [], confirmed: [evidence] };
}
