import type { TaskChange } from "./task-pages.ts";

/** The message for screen readers after a successful change. */
export function describeChange(change: TaskChange): string {
  switch (change.kind) {
    case "add":
      return `Added “${change.text.title}”`;
    case "complete":
      return `${change.completed ? "Completed" : "Reopened"} “${change.task.title}”`;
    case "edit":
      return `Saved “${change.text.title}”`;
    case "delete":
      return `Deleted “${change.task.title}”`;
  }
}

/** The message after a failed change, which was undone in the list. */
export function describeFailure(change: TaskChange, error: Error): string {
  const reason = error.message.replace(/\.$/, "");
  switch (change.kind) {
    case "add":
      return `“${change.text.title}” was not added: ${reason}.`;
    case "complete":
      return `“${change.task.title}” was not ${change.completed ? "completed" : "reopened"}: ${reason}.`;
    case "edit":
      return `“${change.task.title}” was not changed: ${reason}.`;
    case "delete":
      return `“${change.task.title}” was not deleted: ${reason}.`;
  }
}
