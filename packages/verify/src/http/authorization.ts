/** Every field value of `Authorization` in the request: none, one, or (wrongly) several. */
export type AuthorizationFields = string | readonly string[] | undefined;

/** A request of `node:http`, or of a host that imitates one: serverless functions, mocks. */
export interface NodeRequestLike {
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: HeadersLike | undefined;
}

/**
 * Every `Authorization` field of a request. What `node:http` has read counts (`rawHeaders`), and nothing
 * beside it. Hosts that imitate Node have no such list, or an empty one: there `headers` counts.
 */
export function authorizationOf(request: NodeRequestLike): AuthorizationFields {
  const { rawHeaders } = request;
  if (Array.isArray(rawHeaders) && rawHeaders.length > 0) return authorizationFields(rawHeaders);
  // Asked for only here: Node puts `headers` together when they are first read.
  return combinedAuthorization(request.headers);
}

/**
 * Every `Authorization` field of a `node:http` request. `headers.authorization` alone would hide a second
 * one: Node keeps the first and drops the others.
 *
 * @param rawHeaders `IncomingMessage.rawHeaders`: names and values in turn.
 */
export function authorizationFields(rawHeaders: readonly string[]): string | string[] | undefined {
  let first: string | undefined;
  let all: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 13 || name.toLowerCase() !== "authorization") continue;
    const value = rawHeaders[index + 1] as string;
    if (first === undefined) first = value;
    else all = [...(all ?? [first]), value];
  }
  return all ?? first;
}

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
