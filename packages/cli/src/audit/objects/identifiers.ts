import { isMembers, type Members } from "../document/document.ts";
import { plain } from "../document/owner-parameter.ts";
import type { Answer } from "../http/answer.ts";

/** The ids in a list that an API answered with, for a parameter of the given name. */
export function listedIds({ json }: Answer, parameter: string): string[] {
  return (listIn(json, 3) ?? []).flatMap((item) => {
    const id = isMembers(item) ? idIn(item, parameter) : idText(item);
    return id === undefined ? [] : [id];
  });
}

/** The id of what an API says it has created: in the body, else at the end of `Location`. */
export function createdId({ json, location }: Answer, parameter: string): string | undefined {
  const [inside] = isMembers(json)
    ? [json, ...Object.values(json).filter(isMembers)].flatMap(idsOf(parameter))
    : [];
  if (inside !== undefined) return inside;
  const last = location?.split(/[?#]/, 1).join().split("/").filter(Boolean).at(-1);
  return last === undefined ? undefined : decode(last);
}

function idsOf(parameter: string): (item: Members) => string[] {
  return (item) => {
    const id = idIn(item, parameter);
    return id === undefined ? [] : [id];
  };
}

/** A list as such, or the first one inside of what wraps it: `{ data: { items: […] } }`. */
function listIn(value: unknown, depth: number): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isMembers(value) || depth === 0) return undefined;
  for (const member of Object.values(value)) {
    const found = listIn(member, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** By the parameter's own name, by `id`, or by the last word of the name: `taskSlug` is a task's `slug`. */
function idIn(item: Members, parameter: string): string | undefined {
  const lastWord = parameter.split(/[-_.]|(?=[A-Z])/).at(-1) ?? "";
  const named = new Map(Object.entries(item).map(([key, value]) => [plain(key), value]));
  for (const name of [plain(parameter), "id", plain(lastWord), "uuid"]) {
    const id = idText(named.get(name));
    if (id !== undefined) return id;
  }
  return undefined;
}

function idText(value: unknown): string | undefined {
  return (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
