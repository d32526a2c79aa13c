import type { People } from "../support/people.ts";
import type { Attack } from "./attack.ts";
import { framingAttacks } from "./framing.ts";
import { headerAttacks } from "./headers.ts";
import { methodAttacks } from "./methods.ts";
import { pathAttacks } from "./paths.ts";

const groups = {
  paths: pathAttacks,
  headers: headerAttacks,
  methods: methodAttacks,
  framing: framingAttacks,
};

/** Every attack, by group. What two lists combine to the same request is in it once. */
export function attackGroups(people: People): [group: string, attacks: readonly Attack[]][] {
  return Object.entries(groups).map(([name, group]) => {
    const byName = new Map(group(people).map((attack) => [attack.name, attack]));
    return [name, [...byName.values()]];
  });
}

export function attackTable(people: People): Attack[] {
  return attackGroups(people).flatMap(([, attacks]) => attacks);
}
