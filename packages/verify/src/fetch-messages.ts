import type { AuthorizationFields } from "./bearer.ts";
import type { Refusal } from "./problem.ts";

/** Where one credential may end and the next begin: a comma, and then a scheme (RFC 9110 section 11.4), not `name=`. */
const nextCredentials = /,[ \t]*(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]+[^ \t=]|[ \t]*(?:,|$)))/;

/**
 * Every `Authorization` field of a fetch request. `Headers` joins several by a comma (Fetch standard, "get"), so a value
 * that holds a second scheme was two fields, or is as ambiguous as if it had been.
 */
export function combinedAuthorization(headers: Headers): AuthorizationFields {
  const value = headers.get("authorization");
  if (value === null) return undefined;
  if (!value.includes(",")) return value;
  const fields = value.split(nextCredentials);
  return fields.length === 1 ? value : fields;
}

/** A refusal as a fetch response. */
export function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}
