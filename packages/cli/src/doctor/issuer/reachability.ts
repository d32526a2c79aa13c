import { pasteable, shellWord } from "../../output/paste.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, isHtml, isRedirect, type NoAnswer } from "../http/probe.ts";

/** What is wrong with all that the issuer answers; undefined where Better Auth answers. */
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
    const location = redirect.headers.get("location") ?? "nowhere";
    return errorFinding(
      "issuer_redirects",
      "The issuer redirects instead of answering.",
      [`it answers ${redirect.status} with Location: ${location}`],
      [
        `BETTER_AUTH_URL=${pasteable(URL.parse(location, issuer.href)?.origin, "https://app.example.com")} # the final address`,
      ],
    );
  }
  if (answers.some(isHtml)) {
    return errorFinding(
      "issuer_html",
      "The issuer answers with a web page: Better Auth does not get these requests.",
      ["/api/auth/ok and /api/auth/token must be JSON, and one of them is HTML"],
      [
        'app.all("/api/auth/*", (context) => auth.handler(context.req.raw)); // before what serves the page',
        "Or --issuer leads to another server than the one with Better Auth.",
      ],
    );
  }
  if (answers.every(({ status }) => status === 404)) {
    return errorFinding(
      "issuer_path_unknown",
      "The issuer answers, and has no Better Auth at this path.",
      [`${issuer.origin}: /api/auth/ok and /api/auth/token are both 404`],
      [
        `curl -i ${shellWord(`${issuer.origin}/api/auth/ok`)} # must answer {"ok":true}`,
        "With a basePath of your own, give it: --issuer https://app.example.com/your/path",
      ],
    );
  }
  return undefined;
}
