import { randomUUID } from "node:crypto";
import type { TestIssuer } from "@usher-auth/testing";

/** A task as the database has it. */
export interface Row {
  readonly id: string;
  readonly owner: string;
  readonly title: string;
}

/** An answer of the API, checked for its form. */
export interface Answer {
  readonly status: number;
  /** Of a problem; empty for anything else. */
  readonly code: string;
  readonly body: unknown;
}

/**
 * A request without a response by then will never get one, in milliseconds: the API's longest wait is half
 * of it.
 */
const timeout = 30_000;

/**
 * Users who write and read while something fails, and a record of all responses. Everything that a user
 * writes contains their id, so that a response to the wrong user is noticed.
 */
export class Ledger {
  /** The count of each status and code. */
  readonly answers = new Map<string, number>();
  /** Responses that must never occur, described. */
  readonly wrong: string[] = [];
  readonly users: readonly string[];
  /** Titles by the id of their 201. */
  readonly acknowledged = new Map<string, string>();
  readonly #attempted = new Map<string, string>();
  readonly #tokens: ReadonlyMap<string, string>;
  readonly #url: string;

  constructor(url: string, issuer: TestIssuer, size: number) {
    this.#url = url;
    this.users = Array.from({ length: size }, () => randomUUID());
    // Each has its own session, which a test may end.
    this.#tokens = new Map(
      this.users.map((user) => [
        user,
        issuer.tokenFor(user, { expiresIn: 3600, claims: { sid: `session of ${user}` } }),
      ]),
    );
  }

  /** The first of the users, for tests in which one is enough. */
  get user(): string {
    return this.users[0] as string;
  }

  async write(user: string = this.user): Promise<Answer> {
    const title = `${user} ${randomUUID()}`;
    this.#attempted.set(title, user);
    const answer = await this.#send(user, "POST", "", { title });
    if (answer.status === 201) this.acknowledged.set((answer.body as Row).id, title);
    return answer;
  }

  async read(user: string = this.user): Promise<Answer> {
    const answer = await this.#send(user, "GET", "?limit=20");
    const { tasks = [] } = answer.body as { tasks?: Row[] };
    for (const { title } of tasks)
      if (!title.startsWith(user)) this.wrong.push(`${user} was shown "${title}"`);
    return answer;
  }

  /**
   * Every user writes and reads in turn, one request at a time, until `work` and the users are done.
   */
  async during(work: () => Promise<unknown>): Promise<void> {
    let isDone = false;
    const busy = this.users.map(async (user) => {
      while (!isDone) {
        await this.write(user);
        await this.read(user);
      }
    });
    await Promise.all([work().finally(() => (isDone = true)), ...busy]);
  }

  /**
   * Acknowledged tasks that the API no longer has: for a database that only the API can read.
   */
  async lost(): Promise<string[]> {
    const present = new Set<string>();
    for (const user of this.users) {
      let cursor: string | null = "";
      while (cursor !== null) {
        const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await this.#send(user, "GET", `?limit=100${after}`);
        const page = body as { tasks: Row[]; nextCursor: string | null };
        for (const { id } of page.tasks) present.add(id);
        cursor = page.nextCursor;
      }
    }
    return [...this.acknowledged].filter(([id]) => !present.has(id)).map(([, title]) => title);
  }

  /** Tasks that the database should not have, or lacks. */
  disagreements(rows: readonly Row[]): string[] {
    const titles = new Map(rows.map(({ id, title }) => [id, title]));
    const counts = Map.groupBy(rows, ({ title }) => title);
    return [
      ...[...this.acknowledged]
        .filter(([id, title]) => titles.get(id) !== title)
        .map(([, title]) => `lost: ${title}`),
      ...[...counts].filter(([, same]) => same.length > 1).map(([title]) => `more than once: ${title}`),
      ...rows
        .filter(({ title, owner }) => this.#attempted.get(title) !== owner)
        .map(({ title }) => `foreign: ${title}`),
    ];
  }

  async #send(user: string, method: string, query: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}/api/${user}/tasks${query}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#tokens.get(user)}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
    });
    const answer = (await response.json()) as { code?: string };
    const { code = "" } = answer;
    const key = `${response.status} ${code}`.trim();
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
    if (!response.ok && response.headers.get("content-type") !== "application/problem+json")
      this.wrong.push(`${key} is not a problem body`);
    if (response.status === 503 && !/^\d+$/.test(response.headers.get("retry-after") ?? ""))
      this.wrong.push(`${key} has no Retry-After`);
    return { status: response.status, code, body: answer };
  }
}
