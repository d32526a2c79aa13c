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

/** Checks the running API: the browser's preflight, a request without a token, and one with the token. */
export async function checkApi(given: CheckInput): Promise<CheckResult> {
  const { api, tokenText } = given;
  if (api === undefined) return noFindings;
  const origin = pageOrigin(given);
  const isCrossOrigin = origin !== undefined && origin !== api.origin;
  const token = tokenText?.jwt === undefined || !canBeSent(tokenText.token) ? undefined : tokenText.token;

  const [preflightAnswer, withoutToken, withToken] = await Promise.all([
    isCrossOrigin ? preflight(api, origin) : undefined,
    probe(api),
    token === undefined ? undefined : probe(api, { headers: { authorization: `Bearer ${token}` } }),
  ]);
  const skew = clockSkew("API", [withoutToken]);
  const general = reachabilityFinding(api, withoutToken);
  if (general !== undefined) return { findings: [general, ...(skew ? [skew] : [])], confirmed: [] };

  const findings = [
    skew,
    preflightAnswer === undefined || origin === undefined
      ? undefined
      : preflightFinding(preflightAnswer, origin),
    withToken === undefined ? undefined : tokenFinding(withToken, api, given),
    withToken?.kind === "answer" ? opennessFinding(withoutToken, withToken) : undefined,
  ].filter((finding) => finding !== undefined);
  return {
    findings,
    confirmed: findings.length > 0 ? [] : confirmations(api, origin, isCrossOrigin, withToken),
  };
}

function tokenFinding(answer: Answer | NoAnswer, api: URL, given: CheckInput): Diagnosis | undefined {
  // A server may close the connection if a header is too long.
  if (answer.kind === "none") {
    return errorFinding(
      "api_unreachable",
      "The API does not answer a request with the token.",
      [answer.reason],
      [`curl -i ${shellWord(api.href)}`],
    );
  }
  return tokenResponseFinding(answer, api, given);
}

/** The origin of the pages that call the API: the given one, or else the issuer's, where users sign in. */
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
    const location = answer.headers.get("location") ?? "(none)";
    return errorFinding(
      "api_redirects",
      "The API redirects. Clients drop the Authorization header when a redirect leads to another origin.",
      [`it answers ${answer.status} with Location: ${location}`],
      [
        `const api = "${pasteable(URL.parse(location, api.href)?.href, "https://api.example.com")}"; // in the frontend: the address that it redirects to`,
      ],
    );
  }
  if (!isHtml(answer)) return undefined;
  return errorFinding(
    "api_html",
    "A web page answers instead of the API.",
    [`${api.href} answers ${answer.status} with HTML`],
    ["const api = \"https://api.example.com\"; // in the frontend: the API's URL, not the page's"],
  );
}

/** An endpoint that answers without a token proves nothing, or has no guard. */
function opennessFinding(withoutToken: Answer | NoAnswer, withToken: Answer): Diagnosis | undefined {
  if (withoutToken.kind === "none" || withoutToken.status >= 300 || withToken.status >= 300) return undefined;
  return warningFinding(
    "api_open",
    "This endpoint also answers without a token.",
    [`it answers ${withoutToken.status} to a request without a token`],
    [
      "Use an endpoint that needs a token: --api https://api.example.com/api/<user id>/tasks",
      "If this endpoint should need one, it has no guard: usher-auth audit finds others like it.",
    ],
  );
}

function confirmations(
  api: URL,
  origin: string | undefined,
  isCrossOrigin: boolean,
  withToken: Answer | NoAnswer | undefined,
): string[] {
  return [
    ...(withToken?.kind === "answer"
      ? [`${api.origin} accepts the token (${withToken.status}), and rejects a request without one`]
      : [`${api.origin} answers`]),
    ...(isCrossOrigin ? [`CORS allows pages of ${origin} to call it`] : []),
  ];
}
