import { expect, test } from "vitest";
import type { Task } from "../../../src/page/api/tasks.ts";
import { applyChange, isPending, type TaskPages } from "../../../src/page/tasks/task-pages.ts";

const NOON = Date.UTC(2030, 0, 1, 12);

function task(id: string, completed = false): Task {
  return { id, title: `Task ${id}`, notes: null, completed, createdAt: "2030", updatedAt: "2030" };
}

const [a, b, c] = [task("a"), task("b"), task("c", true)];

function pagesOf(...pages: Task[][]): TaskPages {
  return {
    pages: pages.map((tasks) => ({ tasks, nextCursor: null })),
    pageParams: pages.map(() => undefined),
  };
}

const ids = (pages: TaskPages) => pages.pages.map((page) => page.tasks.map(({ id }) => id));

test("adds a new task to the top of all and open tasks, marked as pending", () => {
  for (const filter of ["all", "open"] as const) {
    const change = { kind: "add", text: { title: "Tea", notes: "" } } as const;
    const [first, ...rest] = applyChange(pagesOf([a], [b]), filter, change, NOON).pages.flatMap(
      (page) => page.tasks,
    );
    expect(first).toMatchObject({
      title: "Tea",
      notes: null,
      completed: false,
      createdAt: "2030-01-01T12:00:00.000Z",
    });
    expect(first && isPending(first)).toBe(true);
    expect(rest).toEqual([a, b]);
    expect(rest.some(isPending)).toBe(false);
  }
});

test("does not add a new task to the done tasks", () => {
  const change = { kind: "add", text: { title: "Tea", notes: "" } } as const;
  expect(ids(applyChange(pagesOf([c]), "done", change, NOON))).toEqual([["c"]]);
});

test("keeps a completed task in all tasks and removes it from the open ones", () => {
  const change = { kind: "complete", task: b, completed: true } as const;
  expect(applyChange(pagesOf([a], [b]), "all", change, NOON)).toEqual(
    pagesOf([a], [{ ...b, completed: true }]),
  );
  expect(ids(applyChange(pagesOf([a], [b]), "open", change, NOON))).toEqual([["a"], []]);
});

test("removes a reopened task from the done tasks", () => {
  const change = { kind: "complete", task: c, completed: false } as const;
  expect(ids(applyChange(pagesOf([c]), "done", change, NOON))).toEqual([[]]);
  expect(ids(applyChange(pagesOf([c]), "open", change, NOON))).toEqual([["c"]]);
});

test("changes the title and notes of one task, and stores empty notes as null", () => {
  const before = pagesOf([a, { ...b, notes: "old" }]);
  const text = { title: "New", notes: "" };
  expect(applyChange(before, "all", { kind: "edit", task: b, text }, NOON)).toEqual(
    pagesOf([a, { ...b, title: "New", notes: null }]),
  );
});

test("removes a deleted task without changing the given pages", () => {
  const before = pagesOf([a], [b, c]);
  expect(ids(applyChange(before, "all", { kind: "delete", task: b }, NOON))).toEqual([["a"], ["c"]]);
  expect(before).toEqual(pagesOf([a], [b, c]));
});
