import { CannotRun } from "../../command-line/command.ts";
import { type Operation, type OwnerParameter, ownersOf } from "../../openapi/operation.ts";
import type { OwnerClaims } from "../../openapi/owner-parameter.ts";
import type { Users } from "./read-tokens.ts";
import type { User } from "./user.ts";

/**
 * The user's own id for a claim. Of several, B's is one that A does not have, and A's one that B does not
 * have; every other user's is the same as A's, if they have it: a member of the same organization.
 *
 * @returns undefined if the token has no such claim.
 */
export function ownId(user: User, claim: string, { a, b }: Users): string | undefined {
  const [first, ...others] = user.ids.get(claim) ?? [];
  if (first === undefined) return undefined;
  const all = [first, ...others];
  const idsOf = (other: User) => other.ids.get(claim) ?? [];
  const apart = (one: User, other: User) => all.find((id) => one === user && !idsOf(other).includes(id));
  if (user === a || user === b) return (user === a ? apart(a, b) : apart(b, a)) ?? first;
  const ofA = ownId(a, claim, { a, b } as Users);
  return all.find((id) => id === ofA) ?? first;
}

/** The user's own id for each parameter that names the owner. */
export function ownersFor(operation: Operation, user: User, users: Users): ReadonlyMap<string, string> {
  return new Map(
    ownersOf(operation).flatMap(({ name, owner }) => {
      const id = ownId(user, owner, users);
      return id === undefined ? [] : [[name, id]];
    }),
  );
}

/** The owner parameters of the operation whose id of the other user `user` does not have. */
export function foreignTo(user: User, other: User, operation: Operation, users: Users): OwnerParameter[] {
  return ownersOf(operation).filter(({ owner }) => isForeign(user, other, owner, users));
}

/** Whether `user` does not have the id of the other user in this claim. */
export function isForeign(user: User, other: User, claim: string, users: Users): boolean {
  const id = ownId(other, claim, users);
  return id !== undefined && !(user.ids.get(claim) ?? []).includes(id);
}

/**
 * Whether the operation keeps the data of the two users apart. Without an owner parameter, only B is taken
 * for a stranger to A: other users may be members of A's organization.
 */
export function isApart(user: User, other: User, operation: Operation, users: Users): boolean {
  return ownersOf(operation).length === 0
    ? other === users.b
    : foreignTo(user, other, operation, users).length > 0;
}

/** @throws {CannotRun} A token lacks a claim that `--owner-param` names. */
export function checkOwnerClaims(given: OwnerClaims, { a, b }: Users): void {
  for (const [name, claim] of given) {
    const without = [a, b].find((user) => !user.ids.has(claim));
    if (without !== undefined)
      throw new CannotRun(
        `${without.name} has no id in the claim \`${claim}\`, which --owner-param names for ${name}.`,
      );
  }
}
