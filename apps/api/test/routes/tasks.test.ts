import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskPage } from "../../src/tasks/task.ts";
import { openTestApi, type TestApi } from "../support/api.ts";
import { expectProblem } from "../support/problem.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const missing = "11111111-1111-4111-8111-111111111111";

async function add(
  user: string,
  title: string,
): Promise<{ id: string; createdAt: string; updatedAt: string }> {
  return (await api.call(user, "POST", "/tasks", { title })).json();
}

describe("POST", () => {
  test("creates a task and returns its Location", async () => {
    const answer = await api.call("ada", "POST", "/tasks", { title: "  Buy milk ", notes: "two\nlitres" });

    expect(answer.statusCode).toBe(201);
    const task = answer.json();
    expect(task).toEqual({
      id: uuid,
      title: "Buy milk",
      notes: "two\nlitres",
      completed: false,
      createdAt: instant,
      updatedAt: task.createdAt,
    });
    expect(answer.headers.location).toBe(`/api/ada/tasks/${task.id}`);
    const read = await api.call("ada", "GET", `/tasks/${task.id}`);
    expect(read.statusCode).toBe(200);
    expect(read.json()).toEqual(task);
  });

  test("escapes reserved characters of the user id in Location", async () => {
    const user = "a/b ü?";
    const answer = await api.call(user, "POST", "/tasks", { title: "x" });
    expect(answer.headers.location).toBe(`/api/a%2Fb%20%C3%BC%3F/tasks/${answer.json().id}`);
    const headers = { authorization: `Bearer ${api.issuer.tokenFor(user)}` };
    expect((await api.app.inject({ url: answer.headers.location as string, headers })).statusCode).toBe(200);
  });

  test.each([
    ["no title", {}, "body.title"],
    ["an empty title", { title: "" }, "body.title"],
    ["a title of white space", { title: " \n\t " }, "body.title"],
    ["a title of 201 characters", { title: "x".repeat(201) }, "body.title"],
    ["a title of 200 characters and a space", { title: `${"x".repeat(200)} ` }, "body.title"],
    ["a title that is a number", { title: 7 }, "body.title"],
    ["a title with U+0000", { title: "a\0b" }, "body.title"],
    ["a title with half a surrogate pair", { title: "a\ud83d" }, "body.title"],
    ["notes of 2001 characters", { title: "x", notes: "y".repeat(2001) }, "body.notes"],
    ["another user's id", { title: "x", ownerId: "eve" }, "body"],
    ["an id chosen by the client", { title: "x", id: missing }, "body"],
    ["completed, which a new task never is", { title: "x", completed: true }, "body"],
    ["a list", [{ title: "x" }], "body"],
  ])("rejects %s", async (_what, body, path) => {
    const answer = await api.call("ada", "POST", "/tasks", body);
    expectProblem(answer, 400, "bad_request");
    expect(answer.json().errors).toEqual([{ path, message: expect.stringMatching(/./) }]);
  });

  test("counts characters, not UTF-16 units", async () => {
    const title = "🎭".repeat(200);
    expect((await api.call("ada", "POST", "/tasks", { title, notes: "🎭".repeat(2000) })).json().title).toBe(
      title,
    );
    expectProblem(await api.call("ada", "POST", "/tasks", { title: `${title}🎭` }), 400, "bad_request");
  });

  test("does not echo what was sent", async () => {
    const answer = await api.call("ada", "POST", "/tasks", { title: 1, "<secret-field>": "<secret-value>" });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain("secret");
  });
});

test.each(["a\0b", "\0"])("a user id that Postgres cannot store is a 400 on every path: %j", async (user) => {
  for (const [method, path] of [
    ["GET", "/tasks"],
    ["POST", "/tasks"],
    ["DELETE", `/tasks/${missing}`],
  ] as const) {
    const answer = await api.call(user, method, path, method === "POST" ? { title: "x" } : undefined);
    expectProblem(answer, 400, "bad_request");
    expect(answer.json().errors).toEqual([
      { path: "params.userId", message: expect.stringContaining("U+0000") },
    ]);
  }
});

describe("GET a list", () => {
  test("is empty at first", async () => {
    const answer = await api.call("newcomer", "GET", "/tasks");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ tasks: [], nextCursor: null });
  });

  test("returns all pages, newest first, each task once", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.unshift((await add("pager", `task ${index}`)).id);

    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: TaskPage = (
        await api.call("pager", "GET", `/tasks?limit=3${cursor && `&cursor=${cursor}`}`)
      ).json();
      seen.push(...page.tasks.map((task) => task.id));
      sizes.push(page.tasks.length);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test("has no next page after a last page that is exactly full", async () => {
    await add("even", "1");
    await add("even", "2");
    expect((await api.call("even", "GET", "/tasks?limit=2")).json().nextCursor).toBeNull();
  });

  test("returns 50 tasks by default, and at most 100", async () => {
    for (let index = 0; index < 101; index++) await add("busy", `task ${index}`);
    expect((await api.call("busy", "GET", "/tasks")).json().tasks).toHaveLength(50);
    expect((await api.call("busy", "GET", "/tasks?limit=100")).json().tasks).toHaveLength(100);
  });

  test("filters by status", async () => {
    const open = await add("filter", "open");
    const done = await add("filter", "done");
    await api.call("filter", "PATCH", `/tasks/${done.id}/complete`);
    const list = async (status: string) =>
      (await api.call("filter", "GET", `/tasks?status=${status}`))
        .json()
        .tasks.map((task: { id: string }) => task.id);
    expect(await list("open")).toEqual([open.id]);
    expect(await list("done")).toEqual([done.id]);
    expect(await list("all")).toEqual([done.id, open.id]);
  });

  test.each([
    ["limit=0", "query.limit"],
    ["limit=101", "query.limit"],
    ["limit=1.5", "query.limit"],
    ["limit=many", "query.limit"],
    ["status=lost", "query.status"],
    ["status=open&status=done", "query.status"],
    ["stauts=open", "query"],
    ["cursor=", "query.cursor"],
    ["cursor=bm9uc2Vuc2U", "query.cursor"],
    [`cursor=${Buffer.from(`2026-02-30T00:00:00.000000Z ${missing}`).toString("base64url")}`, "query.cursor"],
    [`cursor=${Buffer.from(`0000-01-01T00:00:00.000000Z ${missing}`).toString("base64url")}`, "query.cursor"],
    [`cursor=${Buffer.from(`2026-01-01T00:00:00.000000Z ' or true`).toString("base64url")}`, "query.cursor"],
  ])("rejects ?%s", async (query, path) => {
    const answer = await api.call("ada", "GET", `/tasks?${query}`);
    expectProblem(answer, 400, "bad_request");
    expect(answer.json().errors).toEqual([{ path, message: expect.stringMatching(/./) }]);
  });
});

describe("PUT", () => {
  test("replaces every field that can change, and no other", async () => {
    const before = await add("ada", "old");
    const answer = await api.call("ada", "PUT", `/tasks/${before.id}`, {
      title: " new ",
      notes: "n",
      completed: true,
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      ...before,
      title: "new",
      notes: "n",
      completed: true,
      updatedAt: instant,
    });
    expect(answer.json().updatedAt > before.updatedAt).toBe(true);
  });

  test("gives missing fields their defaults", async () => {
    const { id } = await add("ada", "old");
    await api.call("ada", "PUT", `/tasks/${id}`, { title: "a", notes: "n", completed: true });
    const answer = await api.call("ada", "PUT", `/tasks/${id}`, { title: "b" });
    expect(answer.json()).toMatchObject({ title: "b", notes: null, completed: false });
  });

  test("requires a title", async () => {
    const { id } = await add("ada", "old");
    expectProblem(await api.call("ada", "PUT", `/tasks/${id}`, { completed: true }), 400, "bad_request");
  });
});

describe("PATCH complete", () => {
  test("completes without a body or with an empty one, and reopens", async () => {
    const { id } = await add("ada", "x");
    const complete = async (body?: unknown) =>
      (await api.call("ada", "PATCH", `/tasks/${id}/complete`, body)).json();
    expect((await complete()).completed).toBe(true);
    expect((await complete({ completed: false })).completed).toBe(false);
    expect(await complete({})).toMatchObject({ completed: true, title: "x" });
  });

  test("rejects a `completed` that is not a boolean", async () => {
    const { id } = await add("ada", "x");
    expectProblem(
      await api.call("ada", "PATCH", `/tasks/${id}/complete`, { completed: "yes" }),
      400,
      "bad_request",
    );
  });
});

describe("DELETE", () => {
  test("deletes a task once", async () => {
    const { id } = await add("ada", "x");
    const answer = await api.call("ada", "DELETE", `/tasks/${id}`);
    expect(answer.statusCode).toBe(204);
    expect(answer.body).toBe("");
    expectProblem(await api.call("ada", "DELETE", `/tasks/${id}`), 404, "not_found");
  });
});

describe("a task that does not exist", () => {
  const requests = [
    ["GET", "", undefined],
    ["PUT", "", { title: "mine now" }],
    ["PATCH", "/complete", undefined],
    ["DELETE", "", undefined],
  ] as const;

  test.each(requests)(
    "%s %s gives the same answer for another user's task, a missing one, and a malformed id",
    async (method, suffix, body) => {
      const other = await add("bob", "Bob's");
      const answers = await Promise.all(
        [other.id, missing, "not-a-uuid", "%00", `${missing}x`].map((id) =>
          api.call("ada", method, `/tasks/${id}${suffix}`, body),
        ),
      );
      for (const answer of answers) expectProblem(answer, 404, "not_found");
      expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
      expect((await api.call("bob", "GET", `/tasks/${other.id}`)).json()).toEqual(other);
    },
  );
});

test("no response may be cached", async () => {
  const { id } = await add("ada", "x");
  for (const path of ["/tasks", `/tasks/${id}`]) {
    expect((await api.call("ada", "GET", path)).headers["cache-control"]).toBe("no-store");
  }
});
