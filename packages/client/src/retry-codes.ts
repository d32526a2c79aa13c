/**
 * Which refusals a newly fetched token can cure, by the `code` of the problem body (docs/errors.md).
 *
 * A code that is not here is not cured: a client that does not understand a refusal does not repeat it.
 */
const curable: Readonly<Record<string, boolean>> = {
  // Time passed, or the clocks of browser and API differ.
  token_expired: true,
  // The keys changed after this token was signed.
  key_unknown: true,
  signature_invalid: true,
  algorithm_rejected: true,
  // Tokens made before some moment were withdrawn. When the session itself has ended, getToken gives none.
  token_revoked: true,
  // A newer token is issued even later, and so is even further ahead of the API's clock.
  token_not_yet_valid: false,
  // Issuer and API are set up differently; the next token says the same.
  issuer_rejected: false,
  audience_rejected: false,
  claims_invalid: false,
  // getToken gives something that is not an API token.
  token_too_large: false,
  token_malformed: false,
  token_unsupported: false,
  // A token was sent, and something on the way removed it.
  credentials_missing: false,
};

/**
 * Whether this response is a 401 that a new token can cure. Leaves the response's body unread for the caller.
 */
export async function isCurable(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/problem+json") return false;
  const code = problemCode(await response.clone().text());
  return code !== undefined && curable[code] === true;
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
