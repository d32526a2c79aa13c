import { channel } from "node:diagnostics_channel";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { publish } from "../../src/events/channels.ts";
import { IssuerError, type LogoutDelivery, subscribe } from "../../src/index.ts";

const delivery: LogoutDelivery = {
  endpoint: "https://api.example.com",
  outcome: "acknowledged",
  attempts: 1,
  age: 0.1,
  kind: "user",
  subject: "ada",
};

const publishOne = () => publish("usher:delivery", () => ({ ...delivery }));

function listen(listener: (event: LogoutDelivery) => unknown): () => void {
  const stop = subscribe("usher:delivery", listener);
  onTestFinished(stop);
  return stop;
}

afterEach(() => void vi.restoreAllMocks());

test("a listener gets each event until its subscription ends, and other tools get the same", () => {
  const [events, raw]: [unknown[], unknown[]] = [[], []];
  const receive = (message: unknown) => void raw.push(message);
  const other = channel("usher:delivery");
  other.subscribe(receive);
  onTestFinished(() => void other.unsubscribe(receive));
  const stop = listen((event) => events.push(event));
  publishOne();
  stop();
  publishOne();
  expect(events).toEqual([delivery]);
  expect(raw).toEqual([delivery, delivery]);
});

test("a listener that another ends during the event is not called", () => {
  const listener = vi.fn();
  listen(() => stop());
  const stop = listen(listener);
  publishOne();
  expect(listener).not.toHaveBeenCalled();
});

test("an event is not created without a subscriber", () => {
  const create = vi.fn(() => delivery);
  publish("usher:delivery", create);
  expect(create).not.toHaveBeenCalled();
});

test("a listener cannot change the event of another", () => {
  const seen: unknown[] = [];
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  listen((event) => Object.assign(event, { subject: "grace" }));
  listen((event) => seen.push(event.subject));
  publishOne();
  expect(seen).toEqual(["ada"]);
  expect(warn).not.toHaveBeenCalledWith(expect.stringContaining("grace"), expect.anything());
});

test.for<[how: string, listener: () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("broken\nlistener");
    },
  ],
  ["rejects", () => Promise.reject(new Error("broken\nlistener"))],
  [
    "returns a thenable that throws",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is the case.
      then: () => {
        throw new Error("broken\nlistener");
      },
    }),
  ],
])("a listener that %s is warned of once, and others get the event", async ([, listener]) => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  const seen = vi.fn();
  listen(listener);
  listen(seen);
  publishOne();
  publishOne();
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(warn.mock.calls).toEqual([
    [
      "the listener of usher:delivery failed: Error: broken listener",
      { type: "UsherWarning", code: "USHER_LISTENER_FAILED" },
    ],
  ]);
  expect(seen).toHaveBeenCalledTimes(2);
});

test("a listener may throw a value that cannot be read", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  listen(() => {
    throw new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
  });
  publishOne();
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
  expect(warn.mock.calls[0]?.[0]).toContain("cannot be read");
});

test("a wrong name or listener is an error that names the events", () => {
  const wrong =
    (...given: unknown[]) =>
    () =>
      (subscribe as (...given: unknown[]) => unknown)(...given);
  expect(wrong("usher:deliveries", () => undefined)).toThrow(IssuerError);
  expect(wrong("toString", () => undefined)).toThrow('no event "toString". Events: usher:delivery.');
  expect(wrong("usher:delivery", undefined)).toThrow("must be a function");
});
