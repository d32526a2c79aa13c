import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";

/** A user with a valid token. */
export interface Person {
  readonly id: string;
  readonly token: string;
  /** The `sid` and `org` of the token. */
  readonly session: string | undefined;
  readonly organization: string | undefined;
}

/**
 * Ids that a backend could take for someone else's, for a part of the path, or for nothing. Better Auth's ids
 * are opaque strings, and an issuer may import them.
 */
const oddIds = [
  "..",
  ".",
  "a/b",
  "alice/",
  "%61lice",
  "%2e%2e",
  "ALICE",
  "alice;x",
  "alice ",
  "al ice",
  "a\\b",
  "alice\0",
  "alice%00",
  "alice?x",
  "alice#x",
  "alicé",
  "bob,alice",
  "alice\r\nX-Usher-User: bob",
  "\u{1f600}",
  'alice"',
  "%",
  "alice+x",
] as const;

/** An issuer, and people whose tokens it has signed. */
export interface People {
  readonly issuer: TestIssuer;
  readonly alice: Person;
  readonly bob: Person;
  /** Of the organization `acme`. */
  readonly carol: Person;
  readonly odd: readonly Person[];
  /** Whose token it is. */
  ownerOf(token: string): Person | undefined;
}

export function createPeople(): People {
  const issuer = createTestIssuer();
  const all = new Map<string, Person>();
  const person = (id: string, claims: Readonly<Record<string, unknown>> = {}): Person => {
    const session = `session-${all.size}`;
    const token = issuer.tokenFor(id, { expiresIn: 3600, claims: { sid: session, ...claims } });
    const organization = typeof claims.org === "string" ? claims.org : undefined;
    const made = { id, token, session, organization };
    all.set(token, made);
    return made;
  };
  return {
    issuer,
    alice: person("alice"),
    bob: person("bob"),
    carol: person("carol", { org: "acme", note: "ünïcode \u{1f600}\r\nX-Usher-User: bob" }),
    odd: oddIds.map((id) => person(id)),
    ownerOf: (token) => all.get(token),
  };
}
