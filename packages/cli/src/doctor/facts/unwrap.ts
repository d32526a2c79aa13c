import { trimWhitespace, unquote } from "../../input/trim.ts";

/** Something that surrounds the token by mistake. */
export type Wrapping =
  | "bearer_missing"
  | "bearer_doubled"
  | "token_quoted"
  | "token_whitespace"
  | "token_is_json";

/** A token, and what surrounded it. */
export interface Unwrapped {
  readonly token: string;
  readonly wrappings: readonly Wrapping[];
}

/** A header line, as typed or as copied from curl or a browser. */
const headerLine = /^[<>]?[ \t]*authorization[ \t]*:[ \t]*/i;
const bearer = /^bearer(?:[ \t]+|$)/i;
/** Any scheme before something that looks like a token. */
const schemeAndToken = /^([A-Za-z]+)[ \t]+(\S+)$/;
/** Characters. */
const shortestToken = 20;
const namedCookie =
  /^(?:cookie:[ \t]*)?(?:__Secure-|__Host-)?[\w.-]*session_(?:token|data)=([^;]+)(?:;.*)?$/is;

/** Removes what surrounds a token, and lists it. */
export function unwrap(text: string): Unwrapped {
  const wrappings = new Set<Wrapping>();
  let rest = text.replace(headerLine, "");
  if (rest !== text) {
    // A whole header line must have exactly one scheme, Bearer.
    if (!bearer.test(rest) && rest.trim() !== "") wrappings.add("bearer_missing");
    const [, scheme = "bearer", token = ""] = schemeAndToken.exec(rest) ?? [];
    if (scheme.toLowerCase() !== "bearer" && token.length >= shortestToken) rest = token;
  }
  rest = rest.replace(bearer, "");

  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = removeLayer(rest, wrappings);
  }
  const cookie = namedCookie.exec(rest)?.[1];
  // A signed cookie is percent-encoded. A JWT never contains a percent sign.
  return { token: percentDecoded(cookie ?? rest), wrappings: [...wrappings] };
}

/** Removes one layer. */
function removeLayer(text: string, wrappings: Set<Wrapping>): string {
  const trimmed = trimWhitespace(text);
  if (trimmed !== text && trimmed !== "") {
    wrappings.add("token_whitespace");
    return trimmed;
  }
  const quoted = unquote(text);
  if (quoted !== undefined) {
    wrappings.add("token_quoted");
    return quoted.replace(bearer, "");
  }
  if (bearer.test(text)) {
    wrappings.add("bearer_doubled");
    return text.replace(bearer, "");
  }
  const inJson = tokenInJson(text);
  if (inJson !== undefined) wrappings.add("token_is_json");
  return inJson ?? text;
}

/** The token in `{"token":"…"}`, the response of `/api/auth/token`. */
function tokenInJson(text: string): string | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(text) as { token?: unknown; data?: { token?: unknown } };
    const token = value.token ?? value.data?.token;
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}

function percentDecoded(text: string): string {
  try {
    return /%[0-9A-F]{2}/i.test(text) ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}
