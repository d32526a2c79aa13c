import { pasteable, shellWord } from "../../output/paste.ts";
import {
  type CheckInput,
  type CheckResult,
  type Diagnosis,
  errorFinding,
  noFindings,
  warningFinding,
} from "../check.ts";
import { clockSkew } from "../http/clock-skew.ts";
import { type Answer, canBeSent, isHtml, isRedirect, type NoAnswer, probe } from "../http/probe.ts";
import { preflight, preflightFinding } from "./preflight.ts";
import { tokenResponseFinding } from "./token-response.ts";

/** What the running API answers: to the browser's preflight, to nobody, and to the token. */
export async function checkApi(given: CheckInput): Promise<CheckResult> {
  const { api, tokenText } = given;
  if (api === undefined) return noFindings;
  const origin = pageOrigin(given);
  const isCrossOrigin = origin !== undefined && origin !== api.origin;
  const token = tokenText?.jwt === undefined || !canBeSent(tokenText.token) ? undefined : tokenText.token;

  const [asked, without, withToken] = await Promise.all([
    isCrossOrigin ? preflight(api, origin) : undefined,
    probe(api),
    token === undefined ? undefined : probe(api, { headers: { authorization: `Bearer ${token}` } }),
  ]);
  const skew = clockSkew("API", [without]);
  const general = reachabilityFinding(api, without);
  if (general !== undefined) return { findings: [general, ...(skew ? [skew] : [])], confirmed: [] };

  const findings = [
    skew,
    asked === undefined || origin === undefined ? undefined : preflightFinding(asked, origin),
    withToken === undefined ? undefined : tokenFinding(withToken, api, given),
    withToken?.kind === "answer" ? opennessFinding(without, withToken) : undefined,
  ].filter((finding) => finding !== undefined);
  return {
    findings,
    confirmed: findings.length > 0 ? [] : confirmations(api, origin, isCrossOrigin, withToken),
  };
}

function tokenFinding(answer: Answer | NoAnswer, api: URL, given: CheckInput): Diagnosis | undefined {
  // A server that will not read so long a header may hang up instead of answering.
  if (answer.kind === "none") {
    return errorFinding(
      "api_unreachable",
      "The API does not answer when a token is sent.",
      [answer.reason],
      [`curl -i ${shellWord(api.href)}`],
    );
  }
  return tokenResponseFinding(answer, api, given);
}

/** Where the API's pages come from: as said, or else the issuer's own, which is where users sign in. */
function pageOrigin({ origin, issuer, environment, tokenText }: CheckInput): string | undefined {
  const candidates = [origin, issuer?.href, environment.BETTER_AUTH_URL, tokenText?.jwt?.claims.iss];
  const first = candidates.find((one): one is string => typeof one === "string" && one !== "");
  return first === undefined ? undefined : URL.parse(first)?.origin;
}

function reachabilityFinding(api: URL, answer: Answer | NoAnswer): Diagnosis | undefined {
  if (answer.kind === "none") {
    return errorFinding(
      "api_unreachable",
      `The API at ${api.origin} cannot be reached.`,
      [answer.reason],
      [`curl -i ${shellWord(api.href)}`],
    );
  }
  if (isRedirect(answer)) {
    const location = answer.headers.get("location") ?? "nowhere";
    return errorFinding(
      "api_redirects",
      "The API redirects, and clients drop the Authorization header where that leads to another origin.",
      [`it answers ${answer.status} with Location: ${location}`],
      [
        `const api = "${pasteable(URL.parse(location, api.href)?.href, "https://api.example.com")}"; // the final address, in the frontend`,
      ],
    );
  }
  if (!isHtml(answer)) return undefined;
  return errorFinding(
    "api_html",
    "A web page answers where the API should be.",
    [`${api.href} answers ${answer.status} with HTML`],
    ["const api = \"https://api.example.com\"; // in the frontend: the API's own address, not the page's"],
  );
}

/** A path that answers everybody proves nothing about tokens, or was left open. */
function opennessFinding(without: Answer | NoAnswer, withToken: Answer): Diagnosis | undefined {
  if (without.kind === "none" || without.status >= 300 || withToken.status >= 300) return undefined;
  return warningFinding(
    "api_open",
    "This endpoint answers without a token as well.",
    [`it answers ${without.status} to nobody`],
    [
      "Give a path that needs a token: --api https://api.example.com/api/<user id>/tasks",
      "If this one should need one, it was left open: usher-auth audit finds the others.",
    ],
  );
}

function confirmations(
  api: URL,
  origin: string | undefined,
  asked: boolean,
  withToken: Answer | NoAnswer | undefined,
): string[] {
  return [
    ...(withToken?.kind === "answer"
      ? [`${api.origin} lets the token in (${withToken.status}), and nobody without one`]
      : [`${api.origin} answers`]),
    ...(asked ? [`pages of ${origin} may call it (CORS)`] : []),
  ];
}
