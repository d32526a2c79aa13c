import { type CheckResult, type Diagnosis, errorFinding, warningFinding } from "../check.ts";
import { probe } from "../http/probe.ts";
import type { ProductionInput } from "./targets.ts";

/** Seconds. Half a year: less leaves most returning browsers unprotected. */
const shortestHsts = 15_552_000;

/** Whether browsers reach issuer and API over TLS only. */
export async function checkAddresses({ issuer, api, health }: ProductionInput): Promise<CheckResult> {
  const plain = [
    issuer?.protocol === "http:" ? plainHttp("issuer", "BETTER_AUTH_URL", issuer) : undefined,
    api?.protocol === "http:" ? plainHttp("API", "API_URL", api) : undefined,
  ];
  const hsts = await Promise.all([
    issuer?.protocol === "https:" ? hstsFinding("issuer", issuer) : undefined,
    api?.protocol === "https:" ? hstsFinding("API", health ?? api) : undefined,
  ]);
  const findings = [...plain, ...hsts].filter((finding) => finding !== undefined);
  const addresses = [issuer, api].flatMap((url) => (url === undefined ? [] : [url.origin]));
  return {
    findings,
    confirmed:
      findings.length > 0 || addresses.length === 0
        ? []
        : [`${addresses.join(" and ")}: https, with Strict-Transport-Security`],
  };
}

function plainHttp(who: "issuer" | "API", variable: string, url: URL): Diagnosis {
  return errorFinding(
    who === "issuer" ? "issuer_plain_http" : "api_plain_http",
    `The ${who}'s address is plain http: anyone on the network can read sessions and tokens.`,
    [`${variable} is ${url.origin}`],
    [`${variable}=https://${who === "issuer" ? "app" : "api"}.example.com # behind a proxy with TLS`],
  );
}

async function hstsFinding(who: "issuer" | "API", url: URL): Promise<Diagnosis | undefined> {
  const answer = await probe(url);
  // The other checks report an address that does not answer.
  if (answer.kind === "none") return undefined;
  const header = answer.headers.get("strict-transport-security");
  const age = Number(/(?:^|;)\s*max-age="?(\d{1,12})/i.exec(header ?? "")?.[1] ?? 0);
  if (age >= shortestHsts) return undefined;
  return warningFinding(
    "hsts_missing",
    `The ${who} does not tell browsers to use https only.`,
    [header === null ? `${url.origin} sends no Strict-Transport-Security` : `its max-age is ${age} seconds`],
    ["Strict-Transport-Security: max-age=31536000; includeSubDomains # a response header, from the proxy"],
  );
}
