import { pasteable, shellWord } from "../../output/paste.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, isHtml, isRedirect, type NoAnswer } from "../http/probe.ts";

/** Why requests do not reach Better Auth; undefined if they do. */
export function reachabilityFinding(
  issuer: URL,
  health: Answer | NoAnswer,
  token: Answer | NoAnswer,
): Diagnosis | undefined {
  const unanswered = [health, token].find((answer) => answer.kind === "none");
  if (unanswered !== undefined) {
    return errorFinding(
      "issuer_unreachable",
      `The issuer at ${issuer.origin} cannot be reached.`,
      [unanswered.reason],
      [`curl -i ${shellWord(`${issuer.origin}/api/auth/ok`)} # must answer {"ok":true}`],
    );
  }
  const answers = [token, health].filter((answer) => answer.kind === "answer");
  const redirect = answers.find(isRedirect);
  if (redirect !== undefined) {
    const header = redirect.headers.get("location");
    // Its query may be a token.
    const location = header === null ? "(none)" : header.replace(/[?#].*$/s, "?…");
    return errorFinding(
      "issuer_redirects",
      "The issuer redirects the requests.",
      [`it answers ${redirect.status} with Location: ${location}`],
      [
        `BETTER_AUTH_URL=${pasteable(URL.parse(location, issuer.href)?.origin, "https://app.example.com")} # the address that it redirects to`,
      ],
    );
  }
  if (answers.some(isHtml)) {
    return errorFinding(
      "issuer_html",
      "The issuer answers with a web page: the requests do not reach Better Auth.",
      ["/api/auth/ok and /api/auth/token must answer with JSON, but one of them answers with HTML"],
      [
        'app.all("/api/auth/*", (context) => auth.handler(context.req.raw)); // before the route that serves the page',
        "Or --issuer is the URL of another server.",
      ],
    );
  }
  if (answers.every(({ status }) => status === 404)) {
    return errorFinding(
      "issuer_path_unknown",
      "The issuer answers, but there is no Better Auth at this path.",
      [`${issuer.origin}: /api/auth/ok and /api/auth/token both answer 404`],
      [
        `curl -i ${shellWord(`${issuer.origin}/api/auth/ok`)} # must answer {"ok":true}`,
        "If Better Auth has another basePath, pass it: --issuer https://app.example.com/your/path",
      ],
    );
  }
  return undefined;
}
