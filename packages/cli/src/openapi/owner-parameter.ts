import { CannotRun } from "../command-line/command.ts";

/** The claim of the user's id. */
export const subject = "sub";

/** The claim that a parameter must equal, by the parameter's name. */
export type OwnerClaims = ReadonlyMap<string, string>;

/** Common names of a parameter that holds the user's id, in lower case and without separators. */
const usualNames: ReadonlySet<string> = new Set([
  "user",
  "userid",
  "uid",
  "owner",
  "ownerid",
  "sub",
  "subject",
]);

/** Segments after which `{id}` is a user's id. */
const userSegments: ReadonlySet<string> = new Set(["user", "users", "people"]);

/**
 * Parses `--owner-param`: names of parameters that hold the user's id, or `name=claim` for another claim.
 *
 * @throws {CannotRun} A name or a claim is empty.
 */
export function parseOwnerParams(entries: readonly string[]): OwnerClaims {
  return new Map(
    entries.map((entry) => {
      const [name = "", claim = subject] = entry.split(/=(.*)/s, 2).map((part) => part.trim());
      if (name === "" || claim === "")
        throw new CannotRun("--owner-param takes names such as userId, or name=claim, such as orgId=org.");
      return [name, claim];
    }),
  );
}

/** Where owner parameters are named: by the user of the command line, and by the document. */
export interface NamedOwners {
  /** By `--owner-param`. If there are any, only these count. */
  readonly given: OwnerClaims;
  /** By the operation's `x-usher`. */
  readonly stated: OwnerClaims;
}

/** The claim that a parameter must equal: as named, or by its name, or by the segment before `{id}`. */
export function ownerClaimOf(name: string, path: string, { given, stated }: NamedOwners): string | undefined {
  if (given.size > 0) return given.get(name);
  const claim = stated.get(name);
  if (claim !== undefined) return claim;
  if (isOwnerName(name)) return subject;
  const segments = path.split("/");
  // Or a part of a segment: `/users/{id}.json`.
  const before = segments[segments.findIndex((segment) => segment.includes(`{${name}}`)) - 1];
  const isUser =
    normalizedName(name) === "id" && before !== undefined && userSegments.has(before.toLowerCase());
  return isUser ? subject : undefined;
}

/** Whether a name usually holds a user's id. */
export function isOwnerName(name: string): boolean {
  return usualNames.has(normalizedName(name));
}

/** Lower case without separators: `user_id`, `userId` and `user-id` are one name. */
export function normalizedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, "");
}
