/**
 * Whether a request is sent again with a new token, by the `code` of the 401's problem body (docs/errors.md).
 *
 * A code that is not listed is not retried.
 */
const retriedCodes: Readonly<Record<string, boolean>> = {
  // Time has passed, or the clocks of the browser and the API differ.
  token_expired: true,
  // The keys changed after this token was signed.
  key_unknown: true,
  signature_invalid: true,
  algorithm_rejected: true,
  // All tokens issued before some moment are revoked. If the session itself has ended, getToken returns none.
  token_revoked: true,
  // A newer token is issued later, and is even further ahead of the API's clock.
  token_not_yet_valid: false,
  // The issuer and the API are configured differently. The next token has the same claims.
  issuer_rejected: false,
  audience_rejected: false,
  claims_invalid: false,
  // getToken returns something that is not an API token.
  token_too_large: false,
  token_malformed: false,
  token_unsupported: false,
  // A token was sent, and a proxy removed it.
  credentials_missing: false,
};

/** Whether this response is a 401 that a new token may resolve. Does not consume the response's body. */
export async function isRetriedWithNewToken(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/problem+json") return false;
  const code = problemCode(await response.clone().text());
  return code !== undefined && retriedCodes[code] === true;
}

function problemCode(body: string): string | undefined {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem !== "object" || problem === null || !("code" in problem)) return undefined;
    return typeof problem.code === "string" ? problem.code : undefined;
  } catch {
    return undefined;
  }
}
