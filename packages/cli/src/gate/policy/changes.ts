import type { Policy, Rule } from "./rule.ts";
import { inWords, isLooser, labelOf } from "./strictness.ts";

/** What is different in a new policy: a sentence for each. */
export interface Changes {
  /** More is admitted than before. An operator should look at these. */
  readonly loosened: readonly string[];
  /** Everything else. */
  readonly others: readonly string[];
  /** Of the new policy, those that the old one did not have. */
  readonly warnings: readonly string[];
}

/** Sentences of each kind. A new version of a large document may change everything. */
const most = 20;

/** Compares two policies, route by route. */
export function changesBetween(before: Policy, after: Policy): Changes {
  const old = byLabel(before);
  const current = byLabel(after);
  const loosened: string[] = [];
  const others: string[] = [];
  if (before.title !== after.title)
    others.push(`The title is now ${named(after.title)}, and was ${named(before.title)}.`);
  for (const [label, rule] of current) {
    const known = old.get(label);
    if (known === undefined) {
      const isOpen = rule.access === "public" || rule.access === "optional";
      if (isOpen)
        loosened.push(`${label} is new, and ${rule.access === "public" ? "public" : "needs no token"}.`);
      else others.push(`${label} is new. It requires ${inWords(rule)}.`);
    } else if (inWords(known) !== inWords(rule)) {
      const sentence = `${label} now requires ${inWords(rule)}, and required ${inWords(known)}.`;
      (isLooser(rule, known) ? loosened : others).push(sentence);
    }
  }
  for (const label of old.keys()) if (!current.has(label)) others.push(`${label} is gone.`);
  const known = new Set(before.warnings);
  const warnings = after.warnings.filter((warning) => !known.has(warning));
  return { loosened: shorten(loosened), others: shorten(others), warnings: shorten(warnings) };
}

function byLabel({ table }: Policy): Map<string, Rule> {
  return new Map(table.rules.map((rule) => [labelOf(rule), rule]));
}

function named(title: string | undefined): string {
  return title === undefined ? "missing" : JSON.stringify(title);
}

function shorten(sentences: readonly string[]): readonly string[] {
  const left = sentences.length - most;
  return left > 0 ? [...sentences.slice(0, most), `${left} more like these.`] : sentences;
}
