import type { AuthorizationFields } from "./bearer.ts";
import type { Refusal } from "./problem.ts";

/** How credentials may begin behind a comma: with a scheme (RFC 9110 section 11.4), not with `name=`. */
const scheme = /^[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]+[^ \t=]|[ \t]*$)/;

/**
 * Every `Authorization` field of a fetch request. `Headers` joins several by a comma (Fetch standard, "get"), so a value
 * that holds a second scheme was two fields, or is as ambiguous as if it had been.
 */
export function combinedAuthorization(headers: Headers): AuthorizationFields {
  const value = headers.get("authorization");
  if (value === null) return undefined;
  if (!value.includes(",")) return value;
  const [first = "", ...others] = value.split(",");
  const fields = [first];
  for (const part of others) {
    if (scheme.test(part)) fields.push(part.trimStart());
    else fields.push(`${fields.pop()},${part}`);
  }
  return fields.length === 1 ? value : fields;
}

/** A refusal as a fetch response. */
export function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}
