/** A way in that is tried on every operation. */
export type CheckId =
  | "no_token"
  | "garbage_token"
  | "tampered_token"
  | "unsigned_token"
  | "expired_token"
  | "other_owner"
  | "path_spelling"
  | "other_object"
  | "method_override";

/** What a check is called, and what to do when it finds something. */
export interface Check {
  /** The head of its column. */
  readonly heading: string;
  /** What it asks of an API, in one sentence. */
  readonly demand: string;
  /** What to do where the demand is not met. */
  readonly fix: string;
}

/** Every check, in the order of the report. */
export const checks: Readonly<Record<CheckId, Check>> = {
  no_token: {
    heading: "none",
    demand: "Without a token, an operation lets nobody in.",
    fix: "Guard every route by default, and let those that are public say so. Where this one is, accept it by --baseline.",
  },
  garbage_token: {
    heading: "garbage",
    demand: "What is no token is refused with 401.",
    fix: "Refuse whatever cannot be parsed as a token with 401, before anything else looks at it.",
  },
  tampered_token: {
    heading: "tampered",
    demand: "A token whose signature does not match is refused with 401.",
    fix: "Verify the signature over header and claims before any claim is read; decoding a token verifies nothing.",
  },
  unsigned_token: {
    heading: "alg none",
    demand: "An unsigned token is refused with 401, however `none` is spelt.",
    fix: "Let the key decide which algorithms count, and never the token's header (RFC 8725 section 3.1).",
  },
  expired_token: {
    heading: "expired",
    demand: "An expired token is refused with 401.",
    fix: "Check `exp` on every request, and require it (RFC 7519 section 4.1.4).",
  },
  other_owner: {
    heading: "owner",
    demand: "A user's token opens no path of another user.",
    fix: "Compare the path's user with the verified token's `sub`, in one place for every route that has the parameter.",
  },
  path_spelling: {
    heading: "spelling",
    demand: "Another user's path stays closed in every spelling.",
    fix: "Compare the value that the router decoded, once; never the text of the address.",
  },
  other_object: {
    heading: "object",
    demand: "Another user's object is out of reach, whoever's path its id is put into.",
    fix: "Look objects up by id and owner together, or let the database do so (row-level security).",
  },
  method_override: {
    heading: "override",
    demand: "A header that asks for another method opens nothing.",
    fix: "Apply method overrides before the guard, or not at all.",
  },
};

export const checkIds: readonly CheckId[] = Object.keys(checks) as CheckId[];
