import type { TestIssuer } from "@usher-auth/testing";
import { hostileToken } from "../tokens/support/mutations.ts";
import type { Random } from "../tokens/support/random.ts";
import type { Tally } from "./tally.ts";

/** Ids of real issuers, and ids that a careless comparison or decoding would confuse. */
export const names = [
  "ann",
  "Ann",
  "ann ",
  "ánn",
  "ann%",
  "ann/bob",
  "bob",
  "%62ob",
  "bob;x",
  "...",
  "ａnn",
  "\u{1f642}",
];

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Task {
  readonly id: string;
  readonly title: string;
}

/** Allowed statuses for a hostile request: never a 5xx, and a 2xx only with a valid token. */
const refusals = new Set([400, 401, 403, 404, 413, 414, 415, 431]);

/**
 * One user: adds tasks, reads them back, and tries to read those of others. Everything that
 * they write contains their id, so that a response with another user's data is noticed.
 */
export class Person {
  /** Ids of the tasks that were answered 201. */
  readonly acknowledged = new Set<string>();
  readonly #id: string;
  readonly #issuer: TestIssuer;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #url: string;
  #token: string;
  #written = 0;

  constructor(id: string, url: string, issuer: TestIssuer, random: Random, tally: Tally) {
    this.#id = id;
    this.#url = url;
    this.#issuer = issuer;
    this.#random = random;
    this.#tally = tally;
    this.#token = this.#newToken();
  }

  /** Sends one random request. @throws the connection's error. */
  async act(others: readonly Person[]): Promise<void> {
    const chance = this.#random.integer(100);
    if (chance < 5) this.#token = this.#newToken();
    if (chance < 30) return this.#add();
    if (chance < 50) return this.#list();
    if (chance < 60) return this.#readOwn();
    if (chance < 75) return this.#trespass(this.#random.pick(others));
    return this.#sendHostileToken();
  }

  /** Every task of this user, page by page. */
  async everything(): Promise<Task[]> {
    const tasks: Task[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await this.#send("GET", `?limit=100${query}`);
      if (status !== 200) throw new Error(`${this.#id}: listing answered ${status}`);
      const page = body as { tasks: Task[]; nextCursor?: string | null };
      tasks.push(...page.tasks);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return tasks;
  }

  async #add(): Promise<void> {
    const title = `${this.#id}\u00a0#${++this.#written}`;
    const { status, body } = await this.#send("POST", "", { body: { title } });
    if (status !== 201) return this.#tally.found(`adding answered ${status}`);
    const task = body as Task;
    this.#expectOwn([task]);
    this.acknowledged.add(task.id);
  }

  async #list(): Promise<void> {
    const { status, body } = await this.#send("GET", "?limit=20");
    if (status !== 200) return this.#tally.found(`listing answered ${status}`);
    this.#expectOwn((body as { tasks: Task[] }).tasks);
  }

  async #readOwn(): Promise<void> {
    const [id] = this.acknowledged;
    if (id === undefined) return;
    const { status, body } = await this.#send("GET", `/${id}`);
    if (status !== 200) return this.#tally.found(`the user's own task answered ${status}`);
    this.#expectOwn([body as Task]);
  }

  /** Another user's path with the own token, and another user's task by its id on the own path. */
  async #trespass(other: Person): Promise<void> {
    if (other === this) return;
    const path = await this.#send("GET", "", { as: other.#id, hostile: true });
    if (path.status !== 403) this.#tally.found(`another's path answered ${path.status}`);
    const [id] = other.acknowledged;
    if (id === undefined) return;
    const task = await this.#send("GET", `/${id}`, { hostile: true });
    if (task.status !== 404) this.#tally.found(`another's task answered ${task.status}`);
  }

  /**
   * Some of the changes leave the token valid: then, and only then, the response is for alice, who has no
   * tasks here.
   */
  async #sendHostileToken(): Promise<void> {
    const token = hostileToken(this.#issuer, this.#random, Math.floor(Date.now() / 1000));
    // The suite on bare sockets covers what an HTTP client cannot send.
    if (/[^\x20-\x7e\xa0-\xff]/.test(token)) return;
    const { status, body } = await this.#send("GET", "", { as: "alice", token, hostile: true });
    if (status === 200) {
      const { tasks } = body as { tasks: Task[] };
      if (tasks.length > 0) this.#tally.found("a hostile token read a user's tasks");
    } else if (!refusals.has(status)) this.#tally.found(`a hostile token answered ${status}`);
  }

  #expectOwn(tasks: readonly Task[]): void {
    for (const { title } of tasks) {
      if (!title.startsWith(`${this.#id}\u00a0#`)) this.#tally.found(`${this.#id} was shown "${title}"`);
    }
  }

  async #send(
    method: string,
    path: string,
    { body, as = this.#id, token = this.#token, hostile = false }: SendOptions = {},
  ): Promise<Answer> {
    const start = performance.now();
    const response = await fetch(`${this.#url}/api/${encodeURIComponent(as)}/tasks${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    this.#tally.answered(performance.now() - start, hostile);
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  #newToken(): string {
    return this.#issuer.tokenFor(this.#id, { expiresIn: 900 });
  }
}

interface SendOptions {
  readonly body?: unknown;
  /** Whose path. */
  readonly as?: string;
  readonly token?: string;
  readonly hostile?: boolean;
}
