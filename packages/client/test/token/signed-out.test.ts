import { expect, onTestFinished, test, vi } from "vitest";
import { SignedOutError } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { rejectingWith, startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

const now = () => NOON;

/** A client whose getToken returns these answers in turn, and the number of its onSignedOut calls. */
function countSignOuts(baseURL: string, ...answers: Parameters<typeof tokensInTurn>) {
  let count = 0;
  const client = clientOf({ baseURL, now, onSignedOut: () => count++, ...tokensInTurn(...answers) });
  return { client, signOuts: () => count };
}

test.each([null, undefined, ""])("sends nothing when getToken returns %j", async (none) => {
  const api = await startServer();
  const { client, signOuts } = countSignOuts(api.url, none);

  await expect(client("1")).rejects.toBeInstanceOf(SignedOutError);
  await expect(client("2")).rejects.toMatchObject({ code: "signed_out", name: "SignedOutError" });

  expect(api.received).toHaveLength(0);
  expect(signOuts()).toBe(1);
});

test("calls onSignedOut once per sign-out, and again after there was a token", async () => {
  const api = await startServer();
  const notifications: string[] = [];
  const source = tokensInTurn(null, null, tokenOf("a", 10), null, null);
  const client = clientOf({
    baseURL: api.url,
    now,
    onSignedOut: () => notifications.push(`after ${source.calls}`),
    getToken: source.getToken,
  });

  for (let call = 0; call < 5; call++) await client("tasks").catch(() => undefined);

  expect(notifications).toEqual(["after 1", "after 4"]);
});

test("returns the 401 and calls onSignedOut when the refresh gives no token", async () => {
  const api = await startServer(rejectingWith("token_revoked", () => true));
  const { client, signOuts } = countSignOuts(api.url, tokenOf("a"), null);

  const response = await client("tasks");

  expect(await response.json()).toMatchObject({ code: "token_revoked" });
  expect(api.received).toHaveLength(1);
  expect(signOuts()).toBe(1);
});

test("does not call onSignedOut when the new token is rejected too", async () => {
  const api = await startServer(rejectingWith("token_revoked", () => true));
  const { client, signOuts } = countSignOuts(api.url, tokenOf("a"), tokenOf("b"), tokenOf("c"), tokenOf("d"));

  const responses = await Promise.all([client("1"), client("2"), client("3")]);
  const later = await client("4");

  expect([...responses, later].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  expect(signOuts()).toBe(0);
});

test("returns a 503 unchanged, with its Retry-After: no sign-out and no retry", async () => {
  const api = await startServer((_request, response) => {
    response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "7" });
    response.end(JSON.stringify({ status: 503, code: "keys_unavailable" }));
  });
  const { client, signOuts } = countSignOuts(api.url, tokenOf("a"), tokenOf("b"));

  const response = await client("tasks");

  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
  expect(api.received).toHaveLength(1);
  expect(signOuts()).toBe(0);
});

test("logs an error of onSignedOut, synchronous or not, and fails neither the call nor the process", async () => {
  const api = await startServer();
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => logged.mockRestore());
  const failures = [
    () => {
      throw new Error("at once");
    },
    async () => {
      throw new Error("later");
    },
  ];

  for (const onSignedOut of failures) {
    const client = clientOf({ baseURL: api.url, now, onSignedOut, ...tokensInTurn(null) });
    await expect(client("tasks")).rejects.toBeInstanceOf(SignedOutError);
  }

  await vi.waitFor(() =>
    expect(logged.mock.calls.map(([, error]) => String(error))).toEqual(["Error: at once", "Error: later"]),
  );
});

test("does not call onSignedOut for a 401 that is not retried", async () => {
  const api = await startServer(rejectingWith("audience_rejected", () => true));
  const { client, signOuts } = countSignOuts(api.url, tokenOf("a"), tokenOf("b"));

  expect((await client("tasks")).status).toBe(401);
  expect(signOuts()).toBe(0);
});
