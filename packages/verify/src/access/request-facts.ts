import type { RequestFacts } from "../events/events.ts";
import { pathOfTarget } from "../http/request-target.ts";
import { printable } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";
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
  if (typeof route === "string" && route !== "")
    facts.route = isPlain.test(route) ? route : printable(route, longestPath);
  else if (typeof path === "string") facts.path = withoutIds(pathOfTarget(path.slice(0, 2000)));
  const id = Number.isSafeInteger(requestId) ? String(requestId) : requestId;
  if (typeof id === "string" && /^[\w-]{1,64}$/.test(id)) facts.requestId = id;
  return facts;
}

/** Characters of a path or a pattern in a log. */
const longestPath = 200;

/** Most patterns need no more checks: the application wrote them, and events are published for each request. */
const isPlain = /^[\w/:{}*-]{1,200}$/;

function describe<Source>({ describe: read }: GuardHost<Source>, request: Source): RequestDescription {
  try {
    const described = read?.(request) ?? {};
    // A copy: its properties may be accessors. A promise has none of them, and its rejection is no one's.
    return ignorePromise(described) ? {} : { ...described };
  } catch {
    // The framework's request may be incomplete, or another one than expected. The refusal stands.
    return {};
  }
}

/**
 * Replaces the segments of a path that may be an id or a secret. Only words of lower-case letters stay, and
 * versions such as `v1`.
 */
export function withoutIds(path: string): string {
  const segments = path.split("/").map((segment) => (isWord.test(segment) ? segment : "*"));
  return segments.join("/").slice(0, longestPath);
}

const isWord = /^(?:|[a-z]{1,20}(?:[-_.][a-z]{1,20}){0,3}|v\d{1,3})$/;
