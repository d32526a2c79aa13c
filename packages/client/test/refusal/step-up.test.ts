import { beforeEach, describe, expect, test, vi } from "vitest";
import { type ApiClientOptions, type ReauthenticationRequired, UserChangedError } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { rejectingWith, startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

const before = tokenOf("before the sign-in");
const after = tokenOf("after the sign-in");
const now = () => NOON;

/** Rejects tokens from before the sign-in as a guard with `requireRecentSignIn({ maxAge: 300 })` does. */
const asksForSignIn = rejectingWith("reauthentication_required", (token) => token === before, {
  max_age: 300,
});

const logged = vi.spyOn(console, "error");
beforeEach(() => {
  logged.mockReset().mockImplementation(() => undefined);
  return () => logged.mockReset();
});

/** A client whose user has signed in before, and an API that asks for a newer sign-in. */
async function start(
  ask: (event: ReauthenticationRequired) => unknown,
  more: Partial<ApiClientOptions> = {},
) {
  const api = await startServer(asksForSignIn);
  const asked: ReauthenticationRequired[] = [];
  let signOuts = 0;
  const client = clientOf({
    baseURL: api.url,
    now,
    ...tokensInTurn(before, after),
    onSignedOut: () => signOuts++,
    onReauthenticationRequired: (event) => {
      asked.push(event);
      return ask(event) as boolean;
    },
    ...more,
  });
  return { api, client, asked, signOuts: () => signOuts };
}

describe("a 401 that asks for a recent sign-in", () => {
  test("asks the user with its maxAge, and repeats the request once with a new token", async () => {
    const { api, client, asked, signOuts } = await start(async () => true);

    const response = await client("account", { method: "DELETE", body: "reason" });

    expect(await response.text()).toBe("ok");
    expect(asked).toEqual([{ maxAge: 300 }]);
    expect(api.tokens()).toEqual([before, after]);
    expect(api.received.map(({ method, body }) => [method, body])).toEqual([
      ["DELETE", "reason"],
      ["DELETE", "reason"],
    ]);
    expect(signOuts()).toBe(0);
  });

  test.each([
    ["false", () => false],
    ["a promise of false", async () => false],
    ["a value that is true only loosely", () => 1],
    ["nothing", () => undefined],
  ])("is returned as it is after %s", async (_name, ask) => {
    const { api, client, asked, signOuts } = await start(ask);

    const response = await client("account");

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "reauthentication_required", max_age: 300 });
    expect([asked.length, api.received.length, signOuts()]).toEqual([1, 1, 0]);
    expect(logged).not.toHaveBeenCalled();
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("closed");
      },
    ],
    ["rejects", () => Promise.reject(new Error("closed"))],
  ])("is returned as it is if the function %s, and the error is logged", async (_name, ask) => {
    const { api, client, signOuts } = await start(ask);

    expect((await client("account")).status).toBe(401);

    expect(logged.mock.calls.map(([, error]) => String(error))).toEqual(["Error: closed"]);
    expect([api.received.length, signOuts()]).toEqual([1, 0]);
  });

  test("accepts a thenable of true", async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
    const { client } = await start(() => ({ then: (resolve: (answer: boolean) => void) => resolve(true) }));
    expect((await client("account")).status).toBe(200);
  });

  test("is returned as it is without the function", async () => {
    const api = await startServer(asksForSignIn);
    const source = tokensInTurn(before, after);
    const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

    expect((await client("account")).status).toBe(401);
    expect([api.received.length, source.calls]).toEqual([1, 1]);
  });

  test("is returned if the API rejects the new sign-in too", async () => {
    const { api, client, asked } = await start(() => true, tokensInTurn(before, before, after));
    const other = clientOf({
      baseURL: (await startServer(rejectingWith("reauthentication_required", () => true))).url,
      now,
      ...tokensInTurn(before, after),
      onReauthenticationRequired: () => true,
    });

    expect((await client("the same token")).status).toBe(401);
    expect((await other("account")).status).toBe(401);
    expect([asked.length, api.received.length]).toEqual([1, 1]);
  });

  test("still asks after the request was repeated with a new token", async () => {
    const expired = tokenOf("expired");
    const api = await startServer((request, response) =>
      (request.headers.authorization === `Bearer ${expired}`
        ? rejectingWith("token_expired", () => true)
        : asksForSignIn)(request, response),
    );
    const client = clientOf({
      baseURL: api.url,
      now,
      ...tokensInTurn(expired, before, after),
      onReauthenticationRequired: () => true,
    });

    const response = await client(new Request(`${api.url}/account`, { method: "POST", body: "whole" }));

    expect(response.status).toBe(200);
    expect(api.tokens()).toEqual([expired, before, after]);
    expect(api.received.map(({ body }) => body)).toEqual(["whole", "whole", "whole"]);
  });

  test("asks, and sends a stream only once", async () => {
    const { api, client, asked } = await start(() => true);

    const response = await client("files", {
      method: "POST",
      body: new Blob(["once"]).stream(),
      duplex: "half",
    });

    expect(response.status).toBe(401);
    expect((await client("files")).status).toBe(200);
    expect(asked).toHaveLength(1);
    expect(api.received.map(({ body }) => body)).toEqual(["once", ""]);
  });

  test("rejects with getToken's own error if there is no new token", async () => {
    const failure = new TypeError("Failed to fetch");
    const { client } = await start(() => true, tokensInTurn(before, failure));
    await expect(client("account")).rejects.toBe(failure);
  });
});

describe("concurrent calls", () => {
  test("share one question and one new token", async () => {
    const source = tokensInTurn(before, after);
    const { client, asked } = await start(async () => true, { getToken: source.getToken });

    const responses = await Promise.all(Array.from({ length: 8 }, (_, index) => client(`${index}`)));

    expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect([asked.length, source.calls]).toEqual([1, 2]);
  });

  test.each([true, false])(
    "take the answer (%s) that came while they waited for their response",
    async (answer) => {
      const held: (() => void)[] = [];
      const api = await startServer((request, response) => {
        if (request.url === "/slow" && held.length === 0) held.push(() => asksForSignIn(request, response));
        else asksForSignIn(request, response);
      });
      const ask = vi.fn(() => answer);
      const client = clientOf({
        baseURL: api.url,
        now,
        ...tokensInTurn(before, after),
        onReauthenticationRequired: ask,
      });

      const slow = client("slow");
      await vi.waitFor(() => expect(held).toHaveLength(1));
      await client("quick");
      held[0]?.();

      expect((await slow).status).toBe(answer ? 200 : 401);
      expect(ask).toHaveBeenCalledTimes(1);
    },
  );

  test("that need no sign-in do not wait for the answer", async () => {
    const api = await startServer((request, response) =>
      request.url === "/account" ? asksForSignIn(request, response) : response.end("ok"),
    );
    let answer: (signedIn: boolean) => void = () => undefined;
    const client = clientOf({
      baseURL: api.url,
      now,
      ...tokensInTurn(before, after),
      onReauthenticationRequired: () => new Promise<boolean>((resolve) => (answer = resolve)),
    });

    const waiting = client("account");
    await vi.waitFor(() => expect(api.received).toHaveLength(1));
    expect((await client("tasks")).status).toBe(200);
    answer(true);

    expect((await waiting).status).toBe(200);
  });

  test("never use a token that was fetched before the sign-in", async () => {
    const { api, client } = await start(
      async () => {
        client.refresh();
        await client("tasks");
        return true;
      },
      tokensInTurn(before, tokenOf("during the sign-in"), after),
    );

    expect((await client("account")).status).toBe(200);
    expect(api.tokens()).toEqual([before, tokenOf("during the sign-in"), after]);
  });
});

describe("a question without an answer", () => {
  test("ends for a call when its signal aborts", async () => {
    const { client, signOuts } = await start(() => new Promise(() => undefined));
    const call = client("account", { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
    expect(signOuts()).toBe(0);
  });

  test("ends after reauthenticationTimeout with the 401, and the next call asks again", async () => {
    const answers = [new Promise(() => undefined), Promise.resolve(true)];
    const { client, asked } = await start(() => answers.shift(), { reauthenticationTimeout: 50 });

    expect((await client("account")).status).toBe(401);
    expect(logged.mock.calls.map(([, error]) => String(error))).toEqual([
      "Error: it did not answer within 50 ms",
    ]);
    expect((await client("account")).status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  test.each([0, Number.NaN, 3_600_001])("createApiClient rejects reauthenticationTimeout: %d", (timeout) => {
    const make = () =>
      clientOf({
        baseURL: "https://api.example.com",
        getToken: () => null,
        onReauthenticationRequired: () => true,
        reauthenticationTimeout: timeout,
      });
    expect(make).toThrow("reauthenticationTimeout must be milliseconds, from 1 to 3600000");
  });
});

describe("who signs in again", () => {
  test("is the same user, also if the application calls clearToken at the sign-in", async () => {
    const { api, client, signOuts } = await start(() => {
      client.clearToken();
      return true;
    });

    expect((await client("account")).status).toBe(200);
    expect(api.tokens()).toEqual([before, after]);
    expect(signOuts()).toBe(0);
  });

  test.each([
    ["another user", tokenOf("other", 300, "bert")],
    ["a user whose name differs in one byte", tokenOf("other", 300, "zoÃ«")],
    ["a user that cannot be read", tokenOf("other", 300, 7)],
  ])("gets no request of the first user: %s", async (_name, other) => {
    const { api, client } = await start(() => true, tokensInTurn(before, other));

    await expect(client("account", { method: "DELETE" })).rejects.toBeInstanceOf(UserChangedError);

    expect(api.tokens()).toEqual([before]);
    // After clearToken, the application's next call is the new user's.
    client.clearToken();
    await client("tasks");
    expect(api.tokens()).toEqual([before, other]);
  });

  test("is not asked for after clearToken: the call belongs to the session before", async () => {
    const api = await startServer((request, response) => {
      client.clearToken();
      asksForSignIn(request, response);
    });
    const ask = vi.fn(() => true);
    const client = clientOf({
      baseURL: api.url,
      now,
      ...tokensInTurn(before, after),
      onReauthenticationRequired: ask,
    });

    expect((await client("account")).status).toBe(401);
    expect(ask).not.toHaveBeenCalled();
  });

  test("does not wait for the answer of the previous user", async () => {
    const ofBert = tokenOf("bert", 300, "bert");
    const ofBertAfter = tokenOf("bert after", 300, "bert");
    const api = await startServer(
      rejectingWith("reauthentication_required", (token) => token === before || token === ofBert),
    );
    const answers: ((signedIn: boolean) => void)[] = [];
    const client = clientOf({
      baseURL: api.url,
      now,
      ...tokensInTurn(before, ofBert, ofBertAfter),
      onReauthenticationRequired: () => new Promise<boolean>((resolve) => answers.push(resolve)),
    });

    const first = client("account", { method: "DELETE" });
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    client.clearToken();
    const second = client("account");
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.(true);
    expect((await second).status).toBe(200);
    answers[0]?.(true);

    expect((await first).status).toBe(401);
    expect(api.received.map(({ method }) => method)).toEqual(["DELETE", "GET", "GET"]);
  });

  test("may sign out instead: the caller gets the 401", async () => {
    const { api, client, signOuts } = await start(() => true, tokensInTurn(before, null));

    expect((await client("account")).status).toBe(401);
    expect([api.received.length, signOuts()]).toEqual([1, 1]);
  });
});
