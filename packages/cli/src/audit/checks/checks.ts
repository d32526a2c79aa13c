/** A check that runs on every operation. */
export type CheckId =
  | "no_token"
  | "garbage_token"
  | "tampered_token"
  | "unsigned_token"
  | "expired_token"
  | "revoked_token"
  | "misplaced_token"
  | "other_owner"
  | "path_spelling"
  | "other_object"
  | "other_data"
  | "exception"
  | "method_override";

/** How reports name a check, what it expects, and what to do if it fails. */
export interface Check {
  /** The heading of its column. */
  readonly heading: string;
  /** What an API must do, in one sentence. */
  readonly rule: string;
  /** What to do if the API does not. */
  readonly fix: string;
}

/** Every check, in the order of the report. */
export const checks: Readonly<Record<CheckId, Check>> = {
  no_token: {
    heading: "none",
    rule: "A request without a token is rejected.",
    fix: "Guard every route by default and mark public routes explicitly. If this one is meant to be public, list it in the --baseline file.",
  },
  garbage_token: {
    heading: "garbage",
    rule: "Text that is not a token is rejected with 401.",
    fix: "Reject everything that cannot be parsed as a token with 401, before any other code uses it.",
  },
  tampered_token: {
    heading: "tampered",
    rule: "A token whose signature does not match is rejected with 401.",
    fix: "Verify the signature over header and claims before reading any claim. Decoding a token does not verify it.",
  },
  unsigned_token: {
    heading: "alg none",
    rule: "An unsigned token is rejected with 401, in every spelling of `none`.",
    fix: "Let the key determine the algorithm, never the token's header (RFC 8725 section 3.1).",
  },
  expired_token: {
    heading: "expired",
    rule: "An expired token is rejected with 401.",
    fix: "Check `exp` on every request, and require it (RFC 7519 section 4.1.4).",
  },
  revoked_token: {
    heading: "revoked",
    rule: "A token from before a sign-out, or before a change of roles, is rejected with 401.",
    fix: "Let the issuer report sign-outs and changes of roles to the API, and check revocations on every request. Read roles from the token only if it is revoked when they change.",
  },
  misplaced_token: {
    heading: "misplaced",
    rule: "A token outside the Authorization header is rejected with 401.",
    fix: "Take the token from the Authorization header only. URLs end up in logs, histories and Referer headers (RFC 6750 section 2.3).",
  },
  other_owner: {
    heading: "owner",
    rule: "A user's token gives no access to the path of another user or organization.",
    fix: "Compare each owner in the path with its claim of the verified token, such as `sub`, in one place for all routes with that parameter.",
  },
  path_spelling: {
    heading: "spelling",
    rule: "Another user's path is rejected in every spelling.",
    fix: "Compare the value that the router decoded, never the text of the URL.",
  },
  other_object: {
    heading: "object",
    rule: "A user's token gives no access to another user's object, whatever path its id is in.",
    fix: "Look up objects by id and owner together, or let the database do it (row-level security).",
  },
  other_data: {
    heading: "data",
    rule: "The answer to a user's own request contains no other user's data, whatever its path.",
    fix: "Select rows by the verified token's `sub` or organization, also for counts and searches, or let the database do it (row-level security). If users share these objects on purpose, list the operation with other_data in the --baseline file.",
  },
  exception: {
    heading: "exception",
    rule: "Someone who is not the owner is accepted only where the operation states the exception.",
    fix: "State on the route who is accepted in addition to the owner, and for which parameters. Never accept a role on all routes.",
  },
  method_override: {
    heading: "override",
    rule: "A header that overrides the method gives no access.",
    fix: "Apply method overrides before the guard, or do not support them.",
  },
};

/** The ids of all checks, in the order of the report. */
export const checkIds: readonly CheckId[] = Object.keys(checks) as CheckId[];
