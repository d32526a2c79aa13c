import { DatabaseUnavailableError, withDeadline } from "@usher-auth/postgres/connection";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.useRealTimers();
});

test("passes an answer that comes in time", async () => {
  await expect(withDeadline(60_000, async () => "answer")).resolves.toBe("answer");
});

test("passes an error that is not an outage", async () => {
  await expect(withDeadline(60_000, () => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
});

test("turns an outage into a DatabaseUnavailableError, with the error as its cause", async () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const wrapped = new Error("Failed query", { cause: refused });
  await expect(withDeadline(60_000, () => Promise.reject(wrapped))).rejects.toMatchObject({
    name: "DatabaseUnavailableError",
    statusCode: 503,
    cause: wrapped,
  });
});

test("passes a DatabaseUnavailableError unchanged", async () => {
  const error = new DatabaseUnavailableError(new Error("no answer"));
  await expect(withDeadline(60_000, () => Promise.reject(error))).rejects.toBe(error);
});

test("rejects and aborts the signal at the deadline, and not before", async () => {
  vi.useFakeTimers();
  let seen: AbortSignal | undefined;
  const silence = withDeadline(60_000, (signal) => {
    seen = signal;
    return new Promise(() => {});
  });
  const rejected = expect(silence).rejects.toBeInstanceOf(DatabaseUnavailableError);
  vi.advanceTimersByTime(59_999);
  expect(seen?.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  await rejected;
  expect(seen?.aborted).toBe(true);
  expect(seen?.reason).toBeInstanceOf(DatabaseUnavailableError);
});
