import type { CallerVector } from "../../../../conformance/run/callers.ts";
import type { ErrorVector } from "../../../../conformance/run/errors.ts";
import type { PathVector } from "../../../../conformance/run/paths.ts";
import type { PolicyVector } from "../../../../conformance/run/policies.ts";

/** What the gate answers where a vector's verdict is another server's. Nothing reaches the backend. */
export interface Difference {
  readonly why: string;
  readonly status: number;
  readonly code: string;
}

type ByName = ReadonlyMap<string, Difference>;

function all(difference: Difference, ...names: readonly string[]): ByName {
  return new Map(names.map((name) => [name, difference]));
}

const notInAField: Difference = { why: "No header field can carry it.", status: 400, code: "bad_request" };

/** Of tokens.json. */
export const tokenDifferences: ByName = new Map([
  ...all(
    notInAField,
    "form: a line feed at the end",
    "form: a carriage return at the end",
    "form: a line feed inside the signature",
    "form: a NUL at the end",
    "form: a zero-width space in front",
    "look-alike: a session token with a line feed",
    "length: too long, and malformed as well",
  ),
  ...all(
    { why: "No header can tell the backend who the user is.", status: 500, code: "internal_error" },
    "claims: a sub that is half of a surrogate pair",
  ),
]);

/** Tokens that arrive as others: white space around a field's value is not part of it. */
export const changedByHttp: ReadonlySet<string> = new Set([
  "form: a space in front",
  "form: a space at the end",
]);

const ambiguous: Difference = {
  why: "Servers read it in different ways, so it is not judged at all.",
  status: 400,
  code: "path_rejected",
};

/** Of paths.json. */
export const pathDifferences: ByName = all(
  ambiguous,
  "a letter that is escaped twice",
  "a letter that is escaped twice, and its user",
  "an escaped slash",
  "an escaped slash, and its user",
  "an escaped slash in lower case, and its user",
  "an escaped slash and dots",
  "an escaped backslash",
  "an id with a space at the end",
  "an id with a space in front",
  "a NUL at the end",
  "a NUL and another id",
  "a line break",
  "a line feed at the end",
  "a semicolon",
  "a matrix parameter",
  "an escaped dot segment as an id",
  "an escaped dot segment, and its user",
  "absolute form",
  "absolute form, another user's path",
  "an empty segment",
  "a double slash",
  "dots through another path",
  "an escape that is not one",
  "an escape that is cut short",
  "an escape that is not UTF-8",
  "an escape of half a character",
  "an overlong escape",
  "an escape of a surrogate",
  "a rest behind another owner",
);

/** Of callers.json. */
export const callerDifferences: ByName = all(
  { why: "A path that ends in a slash is not the route's.", status: 404, code: "not_found" },
  "a claim that is empty, and an empty parameter",
  "an empty parameter",
);

/** A path that is the route's own in its canonical form, which the backend gets. */
export const canonicalPaths: ReadonlySet<string> = new Set(["an escaped letter of the route"]);

/** Vectors about what the gate has no setting for. Each returns the reason. */
export const beyondTheGate = {
  paths: ({ concealOwnerMismatch }: PathVector) =>
    concealOwnerMismatch === true && "owners are not concealed",
  policies: ({ policies, claims }: PolicyVector) =>
    policies
      .map((policy) => {
        if ("claim" in policy && Array.isArray(claims[policy.claim])) return "of a list, one value is enough";
        if ("claim" in policy)
          return typeof policy.equals === "object" && "claims are compared with plain values";
        return !("scopes" in policy) && "only scopes and claims can be required";
      })
      .find((reason) => reason !== false) ?? false,
  callers: ({ rule }: CallerVector) => rule !== undefined && "there are no exceptions from the owner",
  errors: ({ realm, concealOwnerMismatch }: ErrorVector) =>
    (realm !== undefined || concealOwnerMismatch === true) && "realm and concealment have no setting",
} as const;
