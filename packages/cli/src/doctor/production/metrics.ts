import { type CheckResult, errorFinding, withFindings } from "../check.ts";
import { probe } from "../http/probe.ts";
import { type ProductionInput, under } from "./targets.ts";

/** Whether the metrics, which tell how much traffic there is and what fails, can be read by anyone. */
export async function checkMetrics({ issuer, api }: ProductionInput): Promise<CheckResult> {
  const bases = [issuer && new URL(issuer.origin), api && new URL(api.origin), api];
  const addresses = new Set(bases.flatMap((base) => (base ? under(base, "metrics").href : [])));
  const found = await Promise.all(
    [...addresses].map(async (address) => {
      const answer = await probe(new URL(address));
      const isPublic =
        answer.kind === "answer" && answer.status === 200 && /^# (?:TYPE|HELP) /m.test(answer.text);
      return { address, isPublic, hasAnswered: answer.kind === "answer" };
    }),
  );
  const evidence = found
    .filter(({ isPublic }) => isPublic)
    .map(({ address }) => `${address} answers with metrics`);
  if (evidence.length === 0) {
    const isKnown = found.length > 0 && found.every(({ hasAnswered }) => hasAnswered);
    return { findings: [], confirmed: isKnown ? ["/metrics is not public"] : [] };
  }
  return withFindings(
    errorFinding("metrics_public", "Anyone can read the metrics.", evidence, [
      "API_METRICS_PORT=9464 # a separate port on 127.0.0.1, which the proxy does not publish",
    ]),
  );
}
