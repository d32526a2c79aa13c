import type { TaskText } from "../api/tasks.ts";

/** The longest title and notes that the API takes. */
export const TITLE_LENGTH = 200;
export const NOTES_LENGTH = 2000;

/** What a task form holds, without the blanks around it; undefined when there is no title left. */
export function readTaskText(form: FormData): TaskText | undefined {
  const title = textOf(form.get("title"));
  return title === "" ? undefined : { title, notes: textOf(form.get("notes")) };
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value.trim() : "";
}
