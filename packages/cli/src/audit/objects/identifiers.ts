import { isMembers, type Members } from "../../openapi/document.ts";
import { normalizedName } from "../../openapi/owner-parameter.ts";
import type { Answer } from "../http/answer.ts";

/** The ids in an answer's list, for a parameter of this name. */
export function listedIds({ json }: Answer, parameter: string): string[] {
  return (listIn(json, 3) ?? []).flatMap((item) => {
    const id = isMembers(item) ? idIn(item, parameter) : idText(item);
    return id === undefined ? [] : [id];
  });
}

/** The id of a created object: from the body, or else the last segment of `Location`. */
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

/** The value itself, or the first list inside its wrappers: `{ data: { items: […] } }`. */
function listIn(value: unknown, depth: number): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isMembers(value) || depth === 0) return undefined;
  for (const member of Object.values(value)) {
    const found = listIn(member, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The property with the parameter's name, `id`, or the name's last word: `slug` for `taskSlug`. */
function idIn(item: Members, parameter: string): string | undefined {
  const lastWord = parameter.split(/[-_.]|(?=[A-Z])/).at(-1) ?? "";
  const named = new Map(Object.entries(item).map(([key, value]) => [normalizedName(key), value]));
  for (const name of [normalizedName(parameter), "id", normalizedName(lastWord), "uuid"]) {
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
