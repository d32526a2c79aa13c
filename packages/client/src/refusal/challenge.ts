import type { ApiProblem } from "./api-problem.ts";

/** The errors of RFC 6750 section 3.1 and of RFC 9470 section 3, and the codes of the guard for them. */
const codes = {
  invalid_request: "invalid_request",
  invalid_token: "invalid_token",
  insufficient_scope: "scope_insufficient",
  insufficient_user_authentication: "reauthentication_required",
} as const;

/** The problem that the `Bearer` challenge of a response states. Undefined if it states none, or is hidden. */
export function challengeProblem({ status, headers }: Response): ApiProblem | undefined {
  const challenge = bearerChallenge(headers.get("www-authenticate") ?? "");
  const error = challenge.get("error") ?? "";
  if (!Object.hasOwn(codes, error)) return undefined;
  const maxAge = challenge.get("max_age") ?? "";
  return {
    status,
    code: codes[error as keyof typeof codes],
    title: undefined,
    detail: challenge.get("error_description"),
    scopes: challenge.get("scope")?.split(" "),
    maxAge: /^\d{1,15}$/.test(maxAge) ? Number(maxAge) : undefined,
  };
}

/** A quoted-string, a word (a token or a scheme), or a sign: between a name and its value, or in a list. */
const part = /"((?:[^"\\]|\\.)*)"?|[^\s,="]+|[=,]/g;

/**
 * The parameters of the `Bearer` challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1), by
 * lower-case name. A header may have challenges of other schemes. Empty if there is none.
 */
export function bearerChallenge(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  let isBearer = false;
  const parts = [...header.matchAll(part)];
  for (const [index, [word]] of parts.entries()) {
    const isValue = parts[index - 1]?.[0] === "=";
    if (isSign(word) || isValue) continue;
    const value = parts[index + 1]?.[0] === "=" ? parts[index + 2] : undefined;
    // Without a value it is the scheme of the next challenge, or its `token68` with the padding "==".
    if (value === undefined || isSign(value[0])) isBearer = word.toLowerCase() === "bearer";
    else if (isBearer) parameters.set(word.toLowerCase(), value[1]?.replace(/\\(.)/g, "$1") ?? value[0]);
  }
  return parameters;
}

function isSign(text: string): boolean {
  return text === "=" || text === ",";
}
