import type { CheckInput, CheckResult } from "../check.ts";
import { noFindings } from "../check.ts";
import { issuerFrom } from "../facts/base-url.ts";
import { checkAddresses } from "./addresses.ts";
import { checkDatabases } from "./databases.ts";
import { checkHealth } from "./health.ts";
import { checkLogout } from "./logout.ts";
import { checkMetrics } from "./metrics.ts";
import { checkPublicKeys } from "./public-keys.ts";
import { checkRisks } from "./risks.ts";
import { type ProductionInput, under } from "./targets.ts";

const checks = [
  checkAddresses,
  checkRisks,
  checkDatabases,
  checkHealth,
  checkLogout,
  checkMetrics,
  checkPublicKeys,
];

/** Runs what of the checklist in docs/guide/production.md can be run from here. */
export async function checkProduction(given: CheckInput): Promise<CheckResult> {
  const { production, environment } = given;
  if (production === undefined) return noFindings;
  const issuer = given.issuer ?? urlOf(issuerFrom(environment));
  const api = urlOf(environment.API_URL) ?? urlOf(given.api?.origin);
  const input: ProductionInput = {
    environment,
    issuer,
    api,
    health: production.health,
    logout: production.logout ?? (api && under(api, "backchannel-logout")),
  };
  const results = await Promise.all(checks.map((check) => check(input)));
  return {
    findings: results.flatMap(({ findings }) => findings),
    confirmed: results.flatMap(({ confirmed }) => confirmed),
  };
}

/** API_URL may be any name; only an address can be asked. */
function urlOf(text: string | undefined): URL | undefined {
  const url = URL.parse(text ?? "");
  const isAddress = url?.protocol === "http:" || url?.protocol === "https:";
  return url !== null && isAddress && url.username === "" && url.password === "" ? url : undefined;
}
