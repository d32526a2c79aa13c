import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { safeListener } from "../../src/user-code/listener.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Unhandled rejections: they would end the process. */
const unheld: unknown[] = [];
const note = (error: unknown) => void unheld.push(error);

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  process.on("unhandledRejection", note);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.off("unhandledRejection", note);
  expect(unheld.splice(0)).toEqual([]);
});

const warnings = () => vi.mocked(process.emitWarning).mock.calls.map(([text]) => text as string);

const fail = () => {
  throw new Error("it is broken");
};

describe("a listener", () => {
  it("gets the event, without a warning while it works", async () => {
    const seen: unknown[] = [];
    safeListener((event) => seen.push(event), "onReject")({ some: "event" });
    safeListener(async (event) => seen.push(event), "onReject")({ some: "other" });
    await settled();
    expect(seen).toEqual([{ some: "event" }, { some: "other" }]);
    expect(warnings()).toEqual([]);
  });

  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried.
  it.each<[string, () => unknown]>([
    ["throws", fail],
    ["rejects", async () => fail()],
    [
      "returns a thenable that rejects",
      () => ({ then: (_: unknown, reject: (e: unknown) => void) => reject(new Error("it is broken")) }),
    ],
    ["returns a thenable that throws", () => ({ then: fail })],
    ["returns a function that is a thenable", () => Object.assign(() => undefined, { then: fail })],
    ["has a getter for then that throws", () => Object.defineProperty({}, "then", { get: fail })],
    [
      "has a getter for then that throws the second time",
      () => {
        let reads = 0;
        return Object.defineProperty({}, "then", { get: () => (reads++ === 0 ? () => undefined : fail()) });
      },
    ],
    ["returns a promise whose own then throws", () => Object.assign(Promise.resolve(), { then: fail })],
  ])("that %s causes one warning", async (_case, listener) => {
    safeListener(listener, "onReject")({});
    await settled();
    expect(warnings()).toEqual(['onReject failed: "it is broken"']);
    expect(vi.mocked(process.emitWarning).mock.calls[0]?.[1]).toMatchObject({
      code: "USHER_LISTENER_FAILED",
    });
  });
  // biome-ignore-end lint/suspicious/noThenProperty: as above.

  it("that fails on every request causes a warning once a minute, with the count", async () => {
    vi.useFakeTimers();
    try {
      const tell = safeListener(async () => fail(), "onAccept");
      for (let call = 0; call < 1000; call++) tell({});
      await vi.advanceTimersByTimeAsync(59_000);
      tell({});
      await vi.advanceTimersByTimeAsync(1_500);
      expect(warnings()).toHaveLength(1);
      tell({});
      await vi.advanceTimersByTimeAsync(1);
      expect(warnings()).toHaveLength(2);
      expect(warnings()[1]).toContain("(and 1000 times before, since the last warning)");
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["a minute after the last one", 60_000],
    ["when the clock of a Worker went back", -1],
  ])("that fails again causes a warning %s", (_case, passed) => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(100_000);
    const tell = safeListener(fail, "onAccept");
    tell({});
    clock.mockReturnValue(100_000 + passed);
    tell({});
    expect(warnings()).toHaveLength(2);
  });

  it("causes a separate warning if another one fails too", () => {
    safeListener(fail, "onAccept")({});
    safeListener(fail, "onReject")({});
    expect(warnings().map((text) => text.split(" ")[0])).toEqual(["onAccept", "onReject"]);
  });
});
