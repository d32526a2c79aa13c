import { type OwnerRule, readOwnerRule } from "../../access/owner-rule.ts";

const checkedRules = new WeakMap<object, OwnerRule<never>>();

/**
 * Validates an owner rule. Returns the same object for the same rule, so that those of several routes can be
 * compared. A rule that was changed since then is another one.
 *
 * @throws {ConfigurationError}
 */
export function checkedOwner<Claims>(rule: OwnerRule<Claims>): OwnerRule<Claims> {
  const read = readOwnerRule(rule, "usher") as OwnerRule<Claims>;
  const known = checkedRules.get(rule) as OwnerRule<Claims> | undefined;
  if (known !== undefined && isSame(known, read)) return known;
  for (const one of [rule, read]) checkedRules.set(one, read as OwnerRule<never>);
  return read;
}

function isSame<Claims>(one: OwnerRule<Claims>, other: OwnerRule<Claims>): boolean {
  return (["or", "params", "clients"] as const).every((name) => {
    const [some = [], others = []] = [one[name], other[name]];
    return some.length === others.length && some.every((value, index) => value === others[index]);
  });
}
