import type { InfiniteData } from "@tanstack/react-query";
import type { Task, TaskFilter, TaskPage, TaskText } from "../api/tasks.ts";

/** A change that the user makes to the list. */
export type TaskChange =
  | { kind: "add"; text: TaskText }
  | { kind: "complete"; task: Task; completed: boolean }
  | { kind: "edit"; task: Task; text: TaskText }
  | { kind: "delete"; task: Task };

/** The loaded pages of one filter. */
export type TaskPages = InfiniteData<TaskPage, string | undefined>;

/** The id prefix of a task that the API has not stored yet. */
const PENDING = "pending:";

export function isPending({ id }: Task): boolean {
  return id.startsWith(PENDING);
}

/** The pages after the change. Shown before the API responds. */
export function applyChange(
  pages: TaskPages,
  filter: TaskFilter,
  change: TaskChange,
  now: number,
): TaskPages {
  switch (change.kind) {
    case "add":
      return filter === "done" ? pages : prepend(pages, pendingTask(change.text, now));
    case "complete":
      return filter === "all" || filter === (change.completed ? "done" : "open")
        ? update(pages, change.task, { completed: change.completed })
        : remove(pages, change.task);
    case "edit":
      return update(pages, change.task, { title: change.text.title, notes: change.text.notes || null });
    case "delete":
      return remove(pages, change.task);
  }
}

function pendingTask({ title, notes }: TaskText, now: number): Task {
  const time = new Date(now).toISOString();
  return {
    id: PENDING + time,
    title,
    notes: notes || null,
    completed: false,
    createdAt: time,
    updatedAt: time,
  };
}

function prepend(pages: TaskPages, task: Task): TaskPages {
  return {
    ...pages,
    pages: pages.pages.map((page, i) => (i === 0 ? { ...page, tasks: [task, ...page.tasks] } : page)),
  };
}

function update(pages: TaskPages, { id }: Task, values: Partial<Task>): TaskPages {
  return mapTasks(pages, (tasks) => tasks.map((task) => (task.id === id ? { ...task, ...values } : task)));
}

function remove(pages: TaskPages, { id }: Task): TaskPages {
  return mapTasks(pages, (tasks) => tasks.filter((task) => task.id !== id));
}

function mapTasks(pages: TaskPages, change: (tasks: Task[]) => Task[]): TaskPages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, tasks: change(page.tasks) })) };
}
