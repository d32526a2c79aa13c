import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SignedOutError, UserChangedError } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { rejectingWith, startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

/** A client whose tokens are never cached, so that each call asks getToken, and the events that its application got. */
async function start(answers: (string | null)[], options: Partial<Parameters<typeof clientOf>[0]> = {}) {
  const api = await startServer();
  const changes: object[] = [];
  const source = tokensInTurn(...answers);
  const client = clientOf({
    baseURL: api.url,
    now: () => NOON,
    getToken: source.getToken,
    onUserChanged: (event) => changes.push(event),
    ...options,
  });
  return { api, client, changes, source };
}

const anna = tokenOf("of anna", 10, "anna");
const annaAgain = tokenOf("of anna again", 10, "anna");
const bert = tokenOf("of bert", 10, "bert");
const withoutUser = tokenOf("of nobody", 10, 7);

test("a client belongs to the user of its first token: nothing is sent with another's", async () => {
  const { api, client, changes } = await start([anna, annaAgain, bert]);
  await client("1");
  await client("2");

  await expect(client("3")).rejects.toBeInstanceOf(UserChangedError);
  await expect(client("4")).rejects.toMatchObject({ name: "UserChangedError", code: "user_changed" });

  expect(api.tokens()).toEqual([anna, annaAgain]);
  expect(changes).toEqual([{ previousUserId: "anna", userId: "bert" }]);
});

test("a client whose user has changed asks getToken no more, also if the first user comes back", async () => {
  const { api, client, changes, source } = await start([anna, bert, anna]);
  await client("1");
  await client("2").catch(() => undefined);
  for (let call = 0; call < 3; call++) await expect(client("later")).rejects.toBeInstanceOf(UserChangedError);

  expect(source.calls).toBe(2);
  expect(changes).toHaveLength(1);
  expect(api.received).toHaveLength(1);
});

test("all calls that wait for the new user's token are rejected", async () => {
  const { api, client, changes } = await start([anna, bert]);
  await client("1");
  const waiting = await Promise.allSettled([client("2"), client("3"), client("4")]);
  expect(waiting.map((result) => result.status === "rejected" && result.reason.code)).toEqual(
    Array(3).fill("user_changed"),
  );
  expect(changes).toHaveLength(1);
  expect(api.tokens()).toEqual([anna]);
});

test("after clearToken, the client belongs to the user of its next token", async () => {
  const { api, client, changes } = await start([anna, bert, bert, anna]);
  await client("1");
  client.clearToken();
  await client("2");
  await client("3");
  await expect(client("4")).rejects.toBeInstanceOf(UserChangedError);
  expect(api.tokens()).toEqual([anna, bert, bert]);
  expect(changes).toEqual([{ previousUserId: "bert", userId: "anna" }]);
});

test("a sign-out does not make the client the next user's", async () => {
  const { api, client, changes } = await start([anna, null, annaAgain, null, bert]);
  await client("1");
  await expect(client("2")).rejects.toBeInstanceOf(SignedOutError);
  await client("3");
  await expect(client("4")).rejects.toBeInstanceOf(SignedOutError);
  await expect(client("5")).rejects.toBeInstanceOf(UserChangedError);
  expect(api.tokens()).toEqual([anna, annaAgain]);
  expect(changes).toHaveLength(1);
});

test("a token without a readable `sub` is not the user's, where there was one", async () => {
  const { client, changes } = await start([anna, withoutUser]);
  await client("1");
  await expect(client("2")).rejects.toBeInstanceOf(UserChangedError);
  expect(changes).toEqual([{ previousUserId: "anna", userId: undefined }]);
});

test("opaque tokens are not compared, until one has a `sub`", async () => {
  const { api, client, changes } = await start(["opaque", "other", anna, "opaque"]);
  await client("1");
  await client("2");
  await client("3");
  await expect(client("4")).rejects.toBeInstanceOf(UserChangedError);
  expect(api.tokens()).toEqual(["opaque", "other", anna]);
  expect(changes).toEqual([{ previousUserId: "anna", userId: undefined }]);
});

test("a call that began before clearToken does not decide whose the client is", async () => {
  let answerFirst: (token: string) => void = () => undefined;
  const answers = [new Promise<string>((resolve) => (answerFirst = resolve)), Promise.resolve(bert)];
  const { api, client, changes } = await start([], { getToken: () => answers.shift() ?? bert });

  const ofAnna = client("1").catch((error: unknown) => error);
  client.clearToken();
  await client("2");
  answerFirst(anna);

  expect(await ofAnna).toBeInstanceOf(SignedOutError);
  await client("3");
  expect(api.tokens()).toEqual([bert, bert]);
  expect(changes).toEqual([]);
});

test("a token fetched before refresh is compared too", async () => {
  let answerLate: (token: string) => void = () => undefined;
  const answers = [anna, new Promise<string>((resolve) => (answerLate = resolve))];
  const { api, client } = await start([], { getToken: () => answers.shift() ?? anna });
  await client("1");
  const late = client("2").catch((error: unknown) => error);
  await Promise.resolve();
  client.refresh();
  answerLate(bert);
  expect(await late).toBeInstanceOf(UserChangedError);
  expect(api.tokens()).toEqual([anna]);
});

test("a repeat that waits for its token is rejected when the user changes meanwhile", async () => {
  const api = await startServer(rejectingWith("token_expired", (token) => token === anna));
  let answerLate: (token: string) => void = () => undefined;
  const answers = [anna, new Promise<string>((resolve) => (answerLate = resolve)), bert];
  const client = clientOf({ baseURL: api.url, now: () => NOON, getToken: () => answers.shift() ?? bert });

  const repeated = client("1", { method: "POST" }).catch((error: unknown) => error);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  client.refresh();
  await expect(client("2")).rejects.toBeInstanceOf(UserChangedError);
  answerLate(annaAgain);

  expect(await repeated).toBeInstanceOf(UserChangedError);
  expect(api.tokens()).toEqual([anna]);
});

describe("userId", () => {
  test("is the user of the first token too", async () => {
    const { api, client, changes } = await start([bert], { userId: "anna" });
    await expect(client("1")).rejects.toBeInstanceOf(UserChangedError);
    expect(api.received).toEqual([]);
    expect(changes).toEqual([{ previousUserId: "anna", userId: "bert" }]);
  });

  test("from a function is read for the first token after clearToken again", async () => {
    let user: string | null = "anna";
    const { api, client } = await start([anna, bert, bert], { userId: () => user });
    await client("1");
    user = "bert";
    client.clearToken();
    await client("2");
    user = null;
    client.clearToken();
    await client("3");
    expect(api.tokens()).toEqual([anna, bert, bert]);
  });

  test("that is a string holds after clearToken too", async () => {
    const { client } = await start([anna, bert], { userId: "anna" });
    await client("1");
    client.clearToken();
    await expect(client("2")).rejects.toBeInstanceOf(UserChangedError);
  });

  test("refuses a token without a readable `sub`", async () => {
    const { api, client } = await start(["opaque"], { userId: "anna" });
    await expect(client("1")).rejects.toBeInstanceOf(UserChangedError);
    expect(api.received).toEqual([]);
  });

  test("that throws rejects the call, and a later call asks again", async () => {
    let clock = NOON;
    const userId = vi
      .fn(() => "anna")
      .mockImplementationOnce(() => {
        throw new Error("no store yet");
      });
    const { api, client } = await start([anna], { userId, now: () => clock });
    await expect(client("1")).rejects.toThrow("no store yet");
    expect(api.received).toEqual([]);
    clock += 1000;
    expect((await client("2")).status).toBe(200);
  });

  test.each([
    ["a promise", Promise.resolve("anna")],
    ["a promise that rejects", () => Promise.reject(new Error("async"))],
    // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
    ["a thenable that hangs", { then() {} }],
    ["a number", 7],
    ["an empty string", ""],
  ])("is refused from a function that returns %s", async (_name, value) => {
    const userId = () => (typeof value === "function" ? value() : value) as string;
    const { api, client } = await start([anna], { userId });
    await expect(client("1")).rejects.toThrow("userId must be a user's id, or a function that returns one");
    expect(api.received).toEqual([]);
  });

  test.each(["", null, 7, {}])("is refused at construction: %j", (userId) => {
    const make = () =>
      clientOf({ baseURL: "https://api.example.com", getToken: () => null, userId: userId as string });
    expect(make).toThrow("userId must be a user's id");
  });

  test("that calls the client back waits for nothing, and is called once", async () => {
    const { api, client } = await start([anna], {
      userId: () => {
        calls += 1;
        nested = client("nested");
        return "anna";
      },
    });
    let calls = 0;
    let nested: Promise<Response> | undefined;
    await client("1");
    expect((await nested)?.status).toBe(200);
    expect(calls).toBe(1);
    expect(api.received).toHaveLength(2);
  });

  test("that calls clearToken ends the call", async () => {
    const { api, client } = await start([anna], {
      userId: () => {
        client.clearToken();
        return "anna";
      },
    });
    await expect(client("1")).rejects.toBeInstanceOf(SignedOutError);
    expect(api.received).toEqual([]);
  });
});

describe("onUserChanged", () => {
  test("may throw, reject, hang or return a thenable: the call is rejected all the same", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    onTestFinished(() => logged.mockRestore());
    const listeners = [
      () => {
        throw new Error("at once");
      },
      async () => {
        throw new Error("later");
      },
      () => new Promise(() => undefined),
      // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
      () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error("thenable")) }),
    ];
    for (const onUserChanged of listeners) {
      const { client } = await start([anna, bert], { onUserChanged });
      await client("1");
      await expect(client("2")).rejects.toBeInstanceOf(UserChangedError);
    }
    await vi.waitFor(() =>
      expect(logged.mock.calls.map(([text, error]) => `${text} ${error}`)).toEqual(
        ["at once", "later", "thenable"].map(
          (reason) => `@usher-auth/client: onUserChanged failed: Error: ${reason}`,
        ),
      ),
    );
  });

  test("may call clearToken and the client: those calls are the new user's", async () => {
    let reload: Promise<Response> | undefined;
    const { api, client } = await start([anna, bert, bert], {
      onUserChanged() {
        client.clearToken();
        reload = client("reload");
      },
    });
    await client("1");
    await expect(client("2")).rejects.toBeInstanceOf(UserChangedError);
    expect((await reload)?.status).toBe(200);
    expect(api.tokens()).toEqual([anna, bert]);
  });

  test("is optional", async () => {
    const { client } = await start([anna, bert], { onUserChanged: undefined as never });
    await client("1");
    await expect(client("2")).rejects.toBeInstanceOf(UserChangedError);
  });
});

test("onSignedOut may call clearToken and the client, and is not called again for that", async () => {
  const { client } = await start([null], {
    onSignedOut() {
      calls += 1;
      client.clearToken();
      client("again").catch(() => undefined);
    },
  });
  let calls = 0;
  await expect(client("1")).rejects.toBeInstanceOf(SignedOutError);
  await expect(client("2")).rejects.toBeInstanceOf(SignedOutError);
  expect(calls).toBe(1);
});
