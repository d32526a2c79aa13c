/** Every value of `Authorization` in the request: none, one, or (invalid) several. */
export type AuthorizationFields = string | readonly string[] | undefined;

/** A request of `node:http`, or of a host that imitates it: serverless functions, mocks. */
export interface NodeRequestLike {
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: HeadersLike | undefined;
}

/**
 * Every `Authorization` field of a request. Uses only what `node:http` parsed (`rawHeaders`). Hosts that
 * imitate Node have no such list, or an empty one; then it uses `headers`.
 */
export function authorizationOf(request: NodeRequestLike): AuthorizationFields {
  const { rawHeaders } = request;
  if (Array.isArray(rawHeaders) && rawHeaders.length > 0) return authorizationFields(rawHeaders);
  // Read last: Node builds `headers` on first access.
  return combinedAuthorization(request.headers);
}

/**
 * Every `Authorization` field of a `node:http` request. `headers.authorization` would hide a second one: Node
 * keeps the first and drops the others.
 *
 * @param rawHeaders `IncomingMessage.rawHeaders`: names and values in turn.
 */
export function authorizationFields(rawHeaders: readonly string[]): string | string[] | undefined {
  let first: string | undefined;
  let all: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.toLowerCase() !== "authorization") continue;
    const value = rawHeaders[index + 1] as string;
    if (first === undefined) first = value;
    else all = [...(all ?? [first]), value];
  }
  return all ?? first;
}

/** The start of credentials after a comma: a scheme (RFC 9110 section 11.4), not `name=`. */
const scheme = /^[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]+[^ \t=]|[ \t]*$)/;

/** Headers in any form: a fetch `Headers`, one of another realm or a polyfill, or a plain object. */
export type HeadersLike = Pick<Headers, "get"> | Readonly<Record<string, unknown>>;

/**
 * Every `Authorization` field of a request's headers. `Headers` joins several with a comma (Fetch standard,
 * "get"). A value that contains a second scheme was two fields, or is as ambiguous. In a plain object, each
 * spelling of the name and each value of a list is a field.
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

/** Splits a joined value into its fields. */
function fieldsIn(value: string): string[] {
  const [first = "", ...others] = value.split(",");
  const fields = [first];
  for (const part of others) {
    if (scheme.test(part)) fields.push(part.trimStart());
    else fields.push(`${fields.pop()},${part}`);
  }
  return fields;
}
