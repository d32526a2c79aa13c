import { CannotRun } from "../../command-line/command.ts";
import { normalizedName, type OwnerClaims, ownerClaimOf } from "../../openapi/owner-parameter.ts";
import { escapeLine } from "../../output/escape.ts";

/**
 * The parameters of a path that have an owner, and the claim of each.
 *
 * What is given and what the document states counts. Usual names count if nothing is given.
 *
 * @param given The setting `ownerParams`. Null: no path has an owner.
 * @param stated What the operation says in `x-usher`.
 * @throws {CannotRun} A parameter that is another spelling of a given one would go unchecked.
 */
export function ownersOfPath(
  names: readonly string[],
  path: string,
  given: OwnerClaims | null | undefined,
  stated: OwnerClaims,
): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const name of names) {
    const claim = claimOf(name, path, given, stated);
    if (claim !== undefined) owners.set(name, claim);
    else if (given) refuseMisspelling(name, path, given);
  }
  return owners;
}

/** The claim that a parameter must equal, wherever the parameter is. */
export function claimOf(
  name: string,
  path: string,
  given: OwnerClaims | null | undefined,
  stated: OwnerClaims,
): string | undefined {
  if (given === null) return undefined;
  // In ownerClaimOf, given names exclude stated ones: for an audit, they narrow what is tried.
  const named = given === undefined || given.size === 0 ? new Map() : new Map([...stated, ...given]);
  return ownerClaimOf(name, path, { given: named, stated });
}

/** As the guard does for an application's own routes. */
function refuseMisspelling(name: string, path: string, given: OwnerClaims): void {
  const folded = normalizedName(name);
  const meant = [...given.keys()].find((owner) => normalizedName(owner) === folded);
  if (meant === undefined) return;
  throw new CannotRun(
    escapeLine(
      `${path}: the parameter "${name}" is not checked against the owner, because the owner parameter is "${meant}". Use the same spelling, or list both.`,
    ),
  );
}
