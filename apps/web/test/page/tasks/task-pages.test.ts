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

test("a new task is first among all and open ones, marked as not there yet", () => {
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

test("a new task is not among the done ones", () => {
  const change = { kind: "add", text: { title: "Tea", notes: "" } } as const;
  expect(ids(applyChange(pagesOf([c]), "done", change, NOON))).toEqual([["c"]]);
});

test("a completed task stays among all, and leaves the open ones", () => {
  const change = { kind: "complete", task: b, completed: true } as const;
  expect(applyChange(pagesOf([a], [b]), "all", change, NOON)).toEqual(
    pagesOf([a], [{ ...b, completed: true }]),
  );
  expect(ids(applyChange(pagesOf([a], [b]), "open", change, NOON))).toEqual([["a"], []]);
});

test("a reopened task leaves the done ones", () => {
  const change = { kind: "complete", task: c, completed: false } as const;
  expect(ids(applyChange(pagesOf([c]), "done", change, NOON))).toEqual([[]]);
  expect(ids(applyChange(pagesOf([c]), "open", change, NOON))).toEqual([["c"]]);
});

test("an edit changes title and notes of one task, and an empty note is none", () => {
  const before = pagesOf([a, { ...b, notes: "old" }]);
  const text = { title: "New", notes: "" };
  expect(applyChange(before, "all", { kind: "edit", task: b, text }, NOON)).toEqual(
    pagesOf([a, { ...b, title: "New", notes: null }]),
  );
});

test("a deleted task is gone, and what was given is as it was: it is needed to go back", () => {
  const before = pagesOf([a], [b, c]);
  expect(ids(applyChange(before, "all", { kind: "delete", task: b }, NOON))).toEqual([["a"], ["c"]]);
  expect(before).toEqual(pagesOf([a], [b, c]));
});
