import { shellWord } from "../../output/paste.ts";
import { shownUrl } from "../../status/shown-url.ts";
import { type CheckResult, errorFinding, noFindings, warningFinding, withFindings } from "../check.ts";
import { probe } from "../http/probe.ts";
import type { ProductionInput } from "./targets.ts";

/** Whether the API takes logout tokens: it must refuse an invalid one with 400, without any other credentials. */
export async function checkLogout({ logout }: ProductionInput): Promise<CheckResult> {
  if (logout === undefined) return noFindings;
  const answer = await probe(logout, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "logout_token=not-a-token",
  });
  // The other checks report an API that does not answer.
  if (answer.kind === "none") return noFindings;
  const { status } = answer;
  const address = `${logout.origin}${logout.pathname}`;
  if (status === 400) {
    return { findings: [], confirmed: [`${address} refuses an invalid logout token (400)`] };
  }
  const curl = `curl -i -X POST ${shellWord(shownUrl(logout.href))} -d logout_token=x # must answer 400`;
  if (status === 404 || status === 405) {
    return withFindings(
      warningFinding(
        "logout_missing",
        "The API has no endpoint for logout tokens: after a sign-out, tokens stay valid until they expire.",
        [`POST ${address} answers ${status}`],
        ["app.register(backchannelLogout, { verifier }); // see docs/guide/sign-out.md", curl],
      ),
    );
  }
  return withFindings(
    errorFinding(
      "logout_fails",
      "The API's endpoint for logout tokens does not refuse an invalid one with 400.",
      [`POST ${address} answers ${status}`],
      [
        curl,
        status === 401 || status === 403
          ? "It must be public: the issuer sends no bearer token. No proxy may ask for credentials either."
          : "Read the API's log.",
      ],
    ),
  );
}
