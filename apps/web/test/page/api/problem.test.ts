import { DestinationError, SignedOutError, TokenUnavailableError } from "@usher-auth/client";
import { expect, test } from "vitest";
import { readProblem, rethrowReadably } from "../../../src/page/api/problem.ts";

test("uses the problem's detail as the message, otherwise its title", async () => {
  const body = { title: "Not found", status: 404, code: "not_found", detail: "There is no such task" };
  expect(await readProblem(Response.json(body, { status: 404 }))).toMatchObject({
    status: 404,
    code: "not_found",
    message: "There is no such task",
  });
  expect((await readProblem(Response.json({ title: "Not found" }, { status: 404 }))).message).toBe(
    "Not found",
  );
});

test.each(["<h1>Bad gateway</h1>", "null", "[]", '{"detail":5}', ""])(
  "any other body is taken: %s",
  async (body) => {
    expect(await readProblem(new Response(body, { status: 502 }))).toMatchObject({
      status: 502,
      code: undefined,
      message: "The API answered 502",
    });
  },
);

test("reports a failed connection, and does not change other errors", () => {
  const failure = new TypeError("Failed to fetch");
  expect(() => rethrowReadably(failure)).toThrow("Cannot connect to the server");
  for (const error of [
    new DestinationError("elsewhere"),
    new SignedOutError(),
    new DOMException("", "AbortError"),
  ]) {
    expect(() => rethrowReadably(error)).toThrow(error);
  }
});

test("reports an issuer without a token as the sign-in service, with the time to wait", () => {
  const busy = new TokenUnavailableError("Better Auth gave no token: status 429", {
    status: 429,
    retryAfter: 7,
  });
  expect(() => rethrowReadably(busy)).toThrow(
    "The sign-in service is not available. Try again in 7 seconds.",
  );
  const late = new TokenUnavailableError("getToken gave no answer within 10000 ms");
  expect(() => rethrowReadably(late)).toThrow("Try again in a moment.");
});
