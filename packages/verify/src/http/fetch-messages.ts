import type { AuthorizationFields } from "../access/bearer.ts";
import type { Refusal } from "./problem.ts";

/** How credentials may begin behind a comma: with a scheme (RFC 9110 section 11.4), not with `name=`. */
const scheme = /^[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]+[^ \t=]|[ \t]*$)/;

/**
 * Headers as hosts hand them in: of the fetch standard, of another realm or a polyfill, or a plain object of
 * names and values.
 */
export type HeadersLike = Pick<Headers, "get"> | Readonly<Record<string, unknown>>;

/**
 * Every `Authorization` field of a request's headers. `Headers` joins several by a comma (Fetch standard,
 * "get"), so a value that holds a second scheme was two fields, or is as ambiguous as if it had been. In a
 * plain object, which names a field in any case, two names are two fields, and so are the values of a list.
 */
export function combinedAuthorization(headers: HeadersLike | null | undefined): AuthorizationFields {
  const value = readAuthorization(headers ?? {});
  if (typeof value === "string" && !value.includes(",")) return value;
  const fields = [value].flat().flatMap((field) => (typeof field === "string" ? fieldsIn(field) : []));
  return fields.length > 1 ? fields : fields[0];
}

function readAuthorization(headers: HeadersLike): unknown {
  if (typeof headers.get === "function") return headers.get("authorization");
  return Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === "authorization" ? value : [],
  );
}

/** The fields that were joined to one value. */
function fieldsIn(value: string): string[] {
  const [first = "", ...others] = value.split(",");
  const fields = [first];
  for (const part of others) {
    if (scheme.test(part)) fields.push(part.trimStart());
    else fields.push(`${fields.pop()},${part}`);
  }
  return fields;
}

/** A refusal as a fetch response. */
export function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}
