import { escapeControl } from "../output/escape.ts";
import { isMembers, type Members, membersOf } from "./document.ts";

/** What an operation says of its guard, in its extension `x-usher`. */
export interface StatedRules {
  /** The claim that each owner parameter must equal. */
  readonly owners: ReadonlyMap<string, string>;
  /** Who else is accepted, in words: `or role support`, `clients with scope tasks:sync`. */
  readonly exceptions: readonly string[];
  /** The owner parameters that the exceptions for users are for. Undefined: not said. */
  readonly exceptionParams: readonly string[] | undefined;
  /** Whether a token is optional. One that is sent must be valid. */
  readonly optionalAuth: boolean;
}

/** Reads `x-usher`. Values of another type count as absent: absence never weakens a check. */
export function statedRulesOf(operation: Members): StatedRules {
  const stated = membersOf(operation["x-usher"]);
  const owners = isMembers(stated.owners) ? Object.entries(stated.owners) : [];
  return {
    owners: new Map(owners.flatMap(([name, claim]) => (typeof claim === "string" ? [[name, claim]] : []))),
    exceptions: textsOf(stated.exceptions).map(oneLine),
    exceptionParams: Array.isArray(stated.exceptionParams) ? textsOf(stated.exceptionParams) : undefined,
    optionalAuth: stated.optionalAuth === true,
  };
}

/** The exceptions as reports show them. */
export function exceptionsInWords(exceptions: readonly string[]): string {
  return `owner, ${exceptions.join(", ")} (stated exception)`;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string" && text !== "") : [];
}

/** It becomes part of a report, whose form the document's author must not control. */
function oneLine(text: string): string {
  return escapeControl(text.slice(0, 200)).replaceAll("\n", "\\n");
}
