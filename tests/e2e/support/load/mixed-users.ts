/** A replica that may be killed at any moment. */
export type Target = { url: string; isDown: boolean };

/** Requests of many users at once, against replicas of the API. */
export type MixedLoad = {
  /** Requests that were answered so far. */
  answered: () => number;
  /** Answers that show another user's data, or a status that the request must not get. Empty: no leak. */
  faults: readonly string[];
  /** Titles by id of the tasks whose creation was acknowledged, and whose deletion was never asked for. */
  kept: ReadonlyMap<string, string>;
};

type Task = { id: string; title: string };

/** What one user has. */
type User = { name: string; token: string; tasks: Task[] };

/**
 * Lists, creates, reads, changes and deletes tasks as `users`, with `workers` at a time, until `total`
 * requests were answered. Every fifth read asks for another user's task.
 *
 * @param pick Chooses the replica of the next request.
 */
export function startMixedLoad(options: {
  users: readonly { name: string; token: string }[];
  workers: number;
  total: number;
  pick: () => Target;
}): MixedLoad & { done: Promise<void> } {
  const users: User[] = options.users.map((user) => ({ ...user, tasks: [] }));
  const kept = new Map<string, string>();
  const faults: string[] = [];
  let answered = 0;
  let created = 0;

  async function work(number: number): Promise<void> {
    for (let turn = number; answered < options.total; turn++) await act(turn);
  }

  async function act(turn: number): Promise<void> {
    const user = users[(turn * 7) % users.length] as User;
    const other = users[(turn * 7 + 1) % users.length] as User;
    const own = user.tasks[turn % Math.max(1, user.tasks.length)];
    const foreign = other.tasks.at(-1);
    const kind = turn % 10;
    if (kind < 3 || own === undefined) return create(user);
    if (kind < 6) return list(user);
    if (kind === 6 && foreign !== undefined) return expectStatus(user, "GET", `/${foreign.id}`, 404);
    if (kind === 7 && foreign !== undefined) return expectStatus(user, "DELETE", `/${foreign.id}`, 404);
    if (kind === 8) return remove(user, own);
    return complete(user, own);
  }

  /** Undefined: the replica is down. */
  async function call(user: User, method: string, path: string, body?: unknown) {
    const target = options.pick();
    try {
      const answer = await fetch(`${target.url}/api/${user.name}/tasks${path}`, {
        method,
        headers: {
          authorization: `Bearer ${user.token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      answered += 1;
      return { status: answer.status, text };
    } catch (error) {
      if (!target.isDown) faults.push(`${method} ${path}: ${String(error)}`);
      // It is being restarted: do not count up while nobody answers.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    }
  }

  async function create(user: User): Promise<void> {
    const title = `${user.name} ${created++}`;
    const answer = await call(user, "POST", "", { title });
    if (answer === undefined) return;
    if (answer.status !== 201) return void faults.push(`create: ${answer.status} ${answer.text}`);
    const task = JSON.parse(answer.text) as Task;
    if (task.title !== title) faults.push(`created ${title}, got ${task.title}`);
    user.tasks.push(task);
    kept.set(task.id, title);
  }

  async function list(user: User): Promise<void> {
    const answer = await call(user, "GET", "?limit=20");
    if (answer === undefined) return;
    if (answer.status !== 200) return void faults.push(`list: ${answer.status} ${answer.text}`);
    for (const { title } of (JSON.parse(answer.text) as { tasks: Task[] }).tasks) {
      if (!title.startsWith(`${user.name} `)) faults.push(`${user.name} saw ${title}`);
    }
  }

  async function complete(user: User, { id, title }: Task): Promise<void> {
    const answer = await call(user, "PATCH", `/${id}/complete`, { completed: true });
    if (answer === undefined) return;
    // A concurrent request of the same user may have deleted it.
    if (answer.status === 404) return;
    if (answer.status !== 200 || (JSON.parse(answer.text) as Task).title !== title)
      faults.push(`complete ${title}: ${answer.status} ${answer.text}`);
  }

  async function remove(user: User, task: Task): Promise<void> {
    user.tasks.splice(user.tasks.indexOf(task), 1);
    // Before the answer: a killed replica may have deleted it without one.
    kept.delete(task.id);
    const answer = await call(user, "DELETE", `/${task.id}`);
    if (answer !== undefined && answer.status !== 204) faults.push(`delete: ${answer.status} ${answer.text}`);
  }

  async function expectStatus(user: User, method: string, path: string, status: number): Promise<void> {
    const answer = await call(user, method, path);
    if (answer !== undefined && answer.status !== status)
      faults.push(`${user.name} ${method} another's task: ${answer.status} ${answer.text}`);
  }

  const done = Promise.all(Array.from({ length: options.workers }, (_, number) => work(number * 1_000)));
  return { answered: () => answered, faults, kept, done: done.then(() => undefined) };
}
