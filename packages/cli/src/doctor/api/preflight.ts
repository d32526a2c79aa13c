import { pasteable } from "../../output/paste.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import { type Answer, type NoAnswer, probe } from "../http/probe.ts";
import { urlDifference } from "../http/url-difference.ts";

/**
 * Asks as a browser does before a page of `origin` may send a token (Fetch standard, "CORS-preflight fetch").
 */
export function preflight(url: URL, origin: string): Promise<Answer | NoAnswer> {
  const headers = {
    origin,
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization",
  };
  return probe(url, { method: "OPTIONS", headers });
}

/** What keeps a page of `origin` from calling the API. */
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
      "The API asks the browser's preflight for a token, and a preflight has none.",
      [
        `OPTIONS with Origin: ${origin} answers ${answer.status}; a preflight never carries credentials`,
        "of no concern where only servers call the API",
      ],
      cors,
    );
  }
  if (allowed !== "*" && allowed !== origin) {
    return errorFinding(
      "cors_origin",
      `Pages of ${origin} may not call the API: CORS does not allow their origin.`,
      [
        `OPTIONS answers ${answer.status} with Access-Control-Allow-Origin: ${allowed ?? "(none)"}`,
        allowed === null ? "of no concern where only servers call the API" : urlDifference(allowed, origin),
      ],
      cors,
    );
  }
  if (!headers.includes("authorization")) {
    return errorFinding(
      "cors_authorization",
      "Pages may call the API, but not with an Authorization header: CORS does not allow it.",
      [
        `Access-Control-Allow-Headers: ${answer.headers.get("access-control-allow-headers") ?? "(none)"}`,
        "a * does not stand for Authorization (Fetch standard): it must be named",
      ],
      cors,
    );
  }
  return answer.status >= 200 && answer.status < 300
    ? undefined
    : errorFinding(
        "preflight_refused",
        "The API does not answer the browser's preflight with success.",
        [`it answers ${answer.status}`],
        cors,
      );
}
