import type { ExpectGuardedOptions, GuardedUser } from "./options.ts";
import { parametersOf } from "./path-pattern.ts";

const subject = "sub";

/** Common names of parameters, in lower case and without separators, and their claims. */
const usualOwners: Readonly<Record<string, string>> = {
  user: subject,
  userid: subject,
  uid: subject,
  owner: subject,
  ownerid: subject,
  sub: subject,
  subject,
  org: "org",
  orgid: "org",
  organization: "org",
  organizationid: "org",
  organisation: "org",
  organisationid: "org",
};

/** A parameter that says whose path it is. */
export interface OwnerParam {
  readonly name: string;
  /** The claim that it must equal. */
  readonly claim: string;
}

/** The owner parameters of a route's pattern. */
export function ownersIn(path: string, given: ExpectGuardedOptions["ownerParams"]): readonly OwnerParam[] {
  return parametersOf(path).flatMap(({ name }) => {
    const claim = given === undefined ? usualClaim(name, path) : givenClaim(name, given);
    return claim === undefined ? [] : [{ name, claim }];
  });
}

function givenClaim(
  name: string,
  given: NonNullable<ExpectGuardedOptions["ownerParams"]>,
): string | undefined {
  if (typeof given === "string") return given === name ? subject : undefined;
  if (Array.isArray(given)) return given.includes(name) ? subject : undefined;
  const claim = Object.hasOwn(given, name) ? (given as Record<string, string>)[name] : undefined;
  return claim === "id" ? subject : claim;
}

function usualClaim(name: string, path: string): string | undefined {
  const normalized = name.toLowerCase().replaceAll(/[-_.]/g, "");
  if (Object.hasOwn(usualOwners, normalized)) return usualOwners[normalized];
  return normalized === "id" && /\/(?:users?|people)\/(?::id\b|\{id\}|\[id\])/i.test(path)
    ? subject
    : undefined;
}

/** A user, with a value for each claim that owner parameters need. */
export interface Caller {
  readonly id: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly name?: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The user with a claim for every owner parameter. */
export function callerOf(user: GuardedUser, owners: readonly OwnerParam[]): Caller {
  const given = typeof user === "string" ? { id: user } : user;
  const own = "claims" in given ? given.claims : {};
  const needed = owners
    .filter(({ claim }) => claim !== subject)
    .map(({ claim }) => [claim, `${given.id}-${claim}`]);
  return { ...given, claims: { ...Object.fromEntries(needed), ...own } };
}

/** The value of an owner parameter on a path of this user: of a list, the first. */
export function ownerValue({ id, claims }: Caller, { claim }: OwnerParam): string {
  const value = claim === subject ? (claims.sub ?? id) : claims[claim];
  return String(Array.isArray(value) ? value[0] : value);
}

/** The other user with the first one's value for every claim but one. */
export function differingIn(
  owner: OwnerParam,
  all: readonly OwnerParam[],
  users: readonly [Caller, Caller],
): Caller {
  const [first, other] = users;
  const shared = all.filter(({ claim }) => claim !== owner.claim);
  const claims = Object.fromEntries(
    shared.filter(({ claim }) => claim !== subject).map(({ claim }) => [claim, first.claims[claim]]),
  );
  const isSameUser = shared.some(({ claim }) => claim === subject);
  return isSameUser
    ? { ...first, claims: { ...first.claims, [owner.claim]: other.claims[owner.claim] } }
    : { ...other, claims: { ...other.claims, ...claims } };
}
