import type { Principal } from "@usher-auth/verify";

/** The headers that tell the backend who the user is. */
export const identityNames = [
  "x-usher-user",
  "x-usher-session",
  "x-usher-organization",
  "x-usher-client",
  "x-usher-claims",
] as const;

type IdentityName = (typeof identityNames)[number];

/** What the backend gets to know about a principal. Absent headers are left out. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
}

/** Why a principal cannot be told to the backend. */
export interface IdentityFault {
  /** One sentence for the log. Nothing of the token is in it. */
  readonly fault: string;
}

/** Characters, which are bytes here. Servers take 8 to 64 KB of headers, so more would fail at the backend. */
const maxLength = 16_384;

/** Requests with the same token share a principal, which is frozen. */
const known = new WeakMap<Principal, Identity | IdentityFault>();

/**
 * The identity headers of a principal. Without one (a public route, an optional token that was not sent)
 * there are none.
 *
 * An id that no header can carry, and claims longer than 16 KB, are a fault: the request must not be sent.
 * Without a part of its identity, a backend could take the user for another one, or for one with other
 * rights.
 */
export function identityOf(principal: Principal | null): Identity | IdentityFault {
  if (principal === null) return { headers: {} };
  let identity = known.get(principal);
  if (identity === undefined) {
    identity = read(principal);
    known.set(principal, identity);
  }
  return identity;
}

function read({ id, kind, sessionId, clientId, claims }: Principal): Identity | IdentityFault {
  const values: readonly (readonly [IdentityName, unknown])[] = [
    ["x-usher-user", kind === "user" ? id : undefined],
    ["x-usher-session", sessionId],
    ["x-usher-organization", Object.hasOwn(claims, "org") ? claims.org : undefined],
    ["x-usher-client", clientId],
  ];
  const headers: Record<string, string> = {};
  for (const [name, value] of values) {
    if (typeof value !== "string" || value === "") continue;
    if (!value.isWellFormed()) return { fault: `${name} has half of a surrogate pair.` };
    headers[name] = encodeId(value);
  }
  headers["x-usher-claims"] = asciiJson(claims);
  for (const name of identityNames) {
    if ((headers[name]?.length ?? 0) > maxLength)
      return { fault: `${name} is longer than ${maxLength} bytes.` };
  }
  return { headers: Object.freeze(headers) };
}

/**
 * Percent-encodes an id. Decoding it once, as a URL's component or as a form's value, gives the id: `+` is
 * encoded. What ids usually have (letters, digits, `|` of some providers, the URL of an OAuth client) stays
 * readable.
 */
function encodeId(id: string): string {
  return encodeURIComponent(id)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:3A|2F|40|7C|3D)/g, (triplet) => decodeURIComponent(triplet));
}

/** JSON without anything but printable ASCII: header values are bytes, and servers differ in what they read. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
