/**
 * The form that a body parser of the application has left, as text once more: there is one reader of forms,
 * and it is ours. A field that came twice is a list, and stays two fields.
 *
 * @returns Undefined where the parser left nothing that a form could be made of.
 */
export function formOf(parsed: unknown): string | Uint8Array | undefined {
  if (typeof parsed === "string" || parsed instanceof Uint8Array) return parsed;
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parsed)) {
    for (const one of [value].flat()) if (typeof one === "string") form.append(name, one);
  }
  return form.toString();
}
