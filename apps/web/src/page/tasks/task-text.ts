import type { TaskText } from "../api/tasks.ts";

/** The maximum lengths of the API. */
export const TITLE_LENGTH = 200;
export const NOTES_LENGTH = 2000;

/** The trimmed values of a task form. Undefined if the title is empty. */
export function readTaskText(form: FormData): TaskText | undefined {
  const title = textOf(form.get("title"));
  return title === "" ? undefined : { title, notes: textOf(form.get("notes")) };
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value.trim() : "";
}
