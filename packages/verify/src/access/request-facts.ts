import type { RequestFacts } from "../events/events.ts";
import type { GuardHost, RequestDescription } from "./guard-host.ts";

/**
 * What may be told about a request: nothing that can be a token, a secret or an id, and no control character. The
 * adapter's description is of the client's own text.
 */
export function factsOf<Source>(host: GuardHost<Source>, request: Source): RequestFacts {
  const { method, route, path, requestId } = describe(host, request);
  const facts: { -readonly [Name in keyof RequestFacts]: RequestFacts[Name] } = {
    adapter: host.adapter,
    request,
  };
  if (typeof method === "string" && /^[A-Za-z-]{1,20}$/.test(method)) facts.method = method.toUpperCase();
  if (typeof route === "string" && route !== "") facts.route = route.slice(0, longestPath);
  if (typeof path === "string") facts.path = withoutIds(path);
  if (typeof requestId === "string" && /^[\w-]{1,64}$/.test(requestId)) facts.requestId = requestId;
  return facts;
}

/** Characters of a path or a pattern in a log. */
const longestPath = 200;

function describe<Source>({ describe: read }: GuardHost<Source>, request: Source): RequestDescription {
  try {
    return read?.(request) ?? {};
  } catch {
    // The framework's request may be incomplete, or another one than expected. The refusal stands.
    return {};
  }
}

/**
 * Replaces every segment of a path that may be an id, a name or a secret: only words of lower-case letters stay,
 * and versions such as `v1`.
 */
function withoutIds(target: string): string {
  const [path = ""] = target.slice(0, 2000).split(/[?#]/, 1);
  const words = path.split("/").map((segment) => (isWord.test(segment) ? segment : "*"));
  return words.join("/").slice(0, longestPath);
}

const isWord = /^(?:|[a-z]{1,20}(?:[-_.][a-z]{1,20}){0,3}|v\d{1,3})$/;
