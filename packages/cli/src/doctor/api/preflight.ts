import { pasteable } from "../../output/paste.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, type NoAnswer, probe } from "../http/probe.ts";
import { urlDifference } from "../http/url-difference.ts";

/** Sends the preflight of a page of `origin` (Fetch standard, "CORS-preflight fetch"). */
export function preflight(url: URL, origin: string): Promise<Answer | NoAnswer> {
  const headers = {
    origin,
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization",
  };
  return probe(url, { method: "OPTIONS", headers });
}

/** Why a page of `origin` cannot call the API. */
export function preflightFinding(answer: Answer | NoAnswer, origin: string): Diagnosis | undefined {
  if (answer.kind === "none") return undefined;
  const allowed = answer.headers.get("access-control-allow-origin");
  const named = (answer.headers.get("access-control-allow-headers") ?? "").toLowerCase().split(",");
  const headers = named.map((name) => name.trim());
  const options = `{ origin: "${pasteable(origin)}", allowedHeaders: ["authorization", "content-type"] }`;
  const cors = [
    `await app.register(cors, ${options}); // @fastify/cors, before the guard`,
    `app.use(cors(${options})); // Express's cors, before the guard`,
  ];
  if (answer.status === 401 || answer.status === 403) {
    return errorFinding(
      "preflight_refused",
      "The API requires a token for the browser's preflight, which never has one.",
      [
        `OPTIONS with Origin: ${origin} answers ${answer.status}`,
        "not a problem if only servers call the API",
      ],
      cors,
    );
  }
  if (allowed !== "*" && allowed !== origin) {
    return errorFinding(
      "cors_origin",
      `CORS does not allow pages of ${origin} to call the API.`,
      [
        `OPTIONS answers ${answer.status} with Access-Control-Allow-Origin: ${allowed ?? "(none)"}`,
        allowed === null ? "not a problem if only servers call the API" : urlDifference(allowed, origin),
      ],
      cors,
    );
  }
  if (!headers.includes("authorization")) {
    return errorFinding(
      "cors_authorization",
      "CORS allows pages to call the API, but not with an Authorization header.",
      [
        `Access-Control-Allow-Headers: ${answer.headers.get("access-control-allow-headers") ?? "(none)"}`,
        "* does not include Authorization (Fetch standard): list it by name",
      ],
      cors,
    );
  }
  return answer.status >= 200 && answer.status < 300
    ? undefined
    : errorFinding(
        "preflight_refused",
        "The API does not answer the browser's preflight with a 2xx status.",
        [`it answers ${answer.status}`],
        cors,
      );
}
