import { randomUUID } from "node:crypto";

export type Task = { readonly id: string; readonly title: string };

/** Tasks by owner, in memory. A user's task is found only among that user's own: keep that in a database too. */
export class Tasks {
  readonly #owners = new Map<string, Map<string, Task>>();

  list(owner: string): Task[] {
    return [...this.#of(owner).values()];
  }

  find(owner: string, id: string): Task | undefined {
    return this.#of(owner).get(id);
  }

  add(owner: string, title: string): Task {
    const task = { id: randomUUID(), title };
    this.#owners.set(owner, this.#of(owner).set(task.id, task));
    return task;
  }

  /** Returns whether the owner had this task. */
  delete(owner: string, id: string): boolean {
    return this.#of(owner).delete(id);
  }

  #of(owner: string): Map<string, Task> {
    return this.#owners.get(owner) ?? new Map();
  }
}
