import type { OwnerRule } from "../../access/owner-rule.ts";
import type { CheckedRules, RouteRules } from "../../access/route-rules.ts";
import { checkedOwner } from "./checked-owner.ts";

/** One of a route's options. */
export interface Mark<Claims> {
  readonly options: RouteRules<Claims>;
  /** When it was created, as a count. Undefined: by another copy of this package. */
  readonly created: number | undefined;
  /** Whether an app uses it for all of its routes. */
  readonly isAppWide: boolean;
}

/**
 * Groups the marks of a route into the levels of its groups and guards, the innermost first.
 *
 * Elysia lists the marks of a group before those of its routes, and those of `guard()` with a callback after
 * them. It creates the inner ones first in both. So a later mark that is listed earlier is of an outer level.
 * One that is listed later may be of the same level or of an outer one: both are taken for one level. The
 * marks of a whole app are outside of everything but the groups around it.
 */
export function levelsOf<Claims>(marks: readonly Mark<Claims>[]): readonly (readonly Mark<Claims>[])[] {
  if (marks.some(({ created }) => created === undefined)) return [marks];
  const rank = (mark: Mark<Claims>): number => {
    const { created = 0, isAppWide } = mark;
    const isInGroup = marks.slice(0, marks.indexOf(mark)).some((other) => (other.created ?? 0) > created);
    return isAppWide && !isInGroup ? Number.MAX_SAFE_INTEGER : created;
  };
  const levels: Mark<Claims>[][] = [];
  let last = Number.POSITIVE_INFINITY;
  for (const mark of marks.toSorted((one, other) => rank(one) - rank(other))) {
    const place = marks.indexOf(mark);
    if (place < last) levels.push([]);
    levels.at(-1)?.push(mark);
    last = place;
  }
  return levels;
}

/**
 * Who may call a route, by the options of one level. Undefined if they do not say. What closes it wins, but
 * policies and an optional token contradict each other.
 */
export function accessOf(level: readonly Mark<never>[]): CheckedRules["access"] | undefined {
  const all = level.map(({ options }) => options);
  const isClosed = all.some(
    ({ public: isPublic, optionalAuth, owner }) =>
      (isPublic !== undefined && isPublic !== true) ||
      (optionalAuth !== undefined && optionalAuth !== true) ||
      owner !== undefined,
  );
  if (isClosed) return "required";
  if (all.some(({ optionalAuth }) => optionalAuth === true)) return "optional";
  if (all.some(({ policies }) => policies !== undefined)) return "required";
  return all.some(({ public: isPublic }) => isPublic === true) ? "public" : undefined;
}

/** The owner rules of one level. If there are several, none of them counts. */
export function ownersOf<Claims>(level: readonly Mark<Claims>[]): readonly OwnerRule<Claims>[] {
  return [...new Set(level.flatMap(({ options }) => (options.owner ? [checkedOwner(options.owner)] : [])))];
}
