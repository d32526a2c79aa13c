import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sqlite } from "./databases.ts";
import { post } from "./issuer.ts";
import { everythingSent, setUp, testRaces } from "./races.ts";

describe("SQLite", () => testRaces(sqlite));

test("a change in the very millisecond of a token ends it, and a clock that stands still delays nothing", async () => {
  const { issuer, api, ada, grace, member } = await setUp(sqlite);
  const second = Math.ceil(Date.now() / 1000);
  vi.useFakeTimers({ toFake: ["Date"], now: second * 1000 });
  try {
    const before = await grace.browser.token();
    await post(ada, "update-member-role", { memberId: member, role: "admin" });
    const same = await grace.browser.token();
    vi.setSystemTime(second * 1000 + 2);
    const after = await grace.browser.token();
    await everythingSent(issuer);
    const verdicts = [await api.verdict(before), await api.verdict(same), await api.verdict(after)];
    expect(verdicts).toEqual(["token_revoked", "token_revoked", "ok"]);
  } finally {
    vi.useRealTimers();
  }
});

test("a change waits for no timer that an application's tests have replaced", async () => {
  const { ada, member } = await setUp(sqlite);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  await post(ada, "update-member-role", { memberId: member, role: "admin" });
  expect(await vi.runAllTimersAsync()).toBe(vi);
});
