import { channel } from "node:diagnostics_channel";
import type { Meter, MeterProvider } from "@opentelemetry/api";
import { expect, it, onTestFinished } from "vitest";
import { instrumentUsher } from "../src/index.ts";
import { fastifyApp, verifierOf } from "./support/apps.ts";
import { startPrometheus } from "./support/prometheus.ts";
import { collectWarnings } from "./support/warnings.ts";

function fail(): never {
  throw new Error("the provider's\n\u001b[31m");
}

/** A meter of which one part fails. */
function failing(meter: Meter, part: keyof Meter | "add" | "record"): Meter {
  return new Proxy(meter, {
    get: (target, name: keyof Meter) => {
      if (name === part) return fail;
      const made = (...args: Parameters<Meter["createCounter"]>) => {
        const instrument: object = (target[name] as Meter["createCounter"])(...args);
        if (instrument !== undefined && part in instrument) Object.assign(instrument, { [part]: fail });
        return instrument;
      };
      return name.startsWith("create") ? made : target[name].bind(target);
    },
  });
}

it.each([
  "createCounter",
  "createHistogram",
  "createObservableGauge",
  "createObservableCounter",
  "addBatchObservableCallback",
  "removeBatchObservableCallback",
  "add",
  "record",
] as const)("a provider whose %s throws changes no request and no other provider", async (part) => {
  const warnings = collectWarnings();
  const { provider } = await startPrometheus();
  const { provider: healthy, samples } = await startPrometheus();
  const app = await fastifyApp();
  const broken = { getMeter: (...args: [string]) => failing(provider.getMeter(...args), part) };
  const stop = instrumentUsher({ verifier: app.verifier, meterProvider: broken });
  onTestFinished(instrumentUsher({ verifier: app.verifier, meterProvider: healthy }));
  expect(await app.send("/api/alice/tasks", app.issuer.tokenFor("alice"))).toBe(200);
  expect(await app.send("/api/alice/tasks")).toBe(401);
  stop();
  expect(Object.values(await samples("usher_requests"))).toEqual([1, 1]);
  const isOfEvents = part === "add" || part === "record";
  expect([...new Set(warnings.map(({ code }) => code))]).toEqual([
    isOfEvents ? "USHER_LISTENER_FAILED" : "USHER_METRICS_FAILED",
  ]);
  for (const { message } of warnings) expect(message).not.toMatch(/\p{Cc}/u);
});

it("a provider that fails gets one warning, and nothing more", async () => {
  const warnings = collectWarnings();
  let calls = 0;
  const provider: MeterProvider = {
    getMeter: () => {
      calls++;
      return fail();
    },
  };
  const app = await fastifyApp();
  const stop = instrumentUsher({ meterProvider: provider });
  for (let count = 0; count < 3; count++) expect(await app.send("/api/alice/tasks")).toBe(401);
  stop();
  expect(calls).toBe(1);
  expect(warnings).toEqual([
    {
      code: "USHER_METRICS_FAILED",
      message: "the meter provider failed, and nothing is recorded: the provider's [31m",
    },
  ]);
});

it("stop() ends everything", async () => {
  const { provider, samples } = await startPrometheus();
  const app = await fastifyApp();
  const stop = instrumentUsher({ verifier: app.verifier, meterProvider: provider });
  await app.send("/api/alice/tasks", app.issuer.tokenFor("alice"));
  const before = await samples();
  expect(before['usher_keys_verifications_total{usher_key_algorithm="HS256"}']).toBe(1);
  stop();
  await app.send("/api/bob/tasks", app.issuer.tokenFor("bob"));
  await app.send("/api/alice/tasks");
  // The SDK goes on exporting what it had.
  expect(await samples()).toEqual(before);
  // And it can begin again.
  onTestFinished(instrumentUsher({ verifier: app.verifier, meterProvider: provider }));
  await app.send("/api/bob/tasks", app.issuer.tokenFor("bob"));
  expect(Object.values(await samples("usher_requests"))).toEqual([2]);
  expect(await samples("usher_keys_verifications")).toEqual({
    'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 3,
  });
});

it("after stop(), no event has a subscriber of it", async () => {
  const all = ["verify", "accept", "reject", "owner-exception", "keys", "revocations", "logout"] as const;
  const isObserved = (name: string) => channel(`usher:${name}`).hasSubscribers;
  // Other tests share the process.
  const names = all.filter((name) => !isObserved(name));
  expect(names).not.toEqual([]);
  const { provider } = await startPrometheus();
  const stop = instrumentUsher({ meterProvider: provider });
  expect(all.filter(isObserved)).toEqual(all);
  stop();
  expect(names.filter(isObserved)).toEqual([]);
});

it.each([
  [{ verifier: {} }, "verifier: give createVerifier(...)"],
  [{ verifier: [null] }, "verifier: give createVerifier(...)"],
  [{ meterProvider: {} }, "meterProvider: give a MeterProvider"],
  [{ meterProvider: null }, "meterProvider: give a MeterProvider"],
  [{ recordSubject: "yes" }, "recordSubject: must be true or false"],
])("rejects %j", (options, message) => {
  expect(() => instrumentUsher(options as never)).toThrow(message);
});

it("an application's own revocations may fail", async () => {
  const { provider, samples } = await startPrometheus();
  const app = await fastifyApp();
  const { issuer } = app;
  const own = (status: () => unknown) => ({
    check: () => undefined,
    ready: async () => undefined,
    maxTokenAge: 900,
    status,
  });
  const verifiers = [
    own(fail),
    own(() => undefined),
    own(() => ({ state: "current", entries: "many" })),
    {},
  ].map((revocations, index) => verifierOf(issuer, index < 3 ? { revocations } : {}));
  onTestFinished(instrumentUsher({ verifier: verifiers, meterProvider: provider }));
  expect(await samples("usher_revocations")).toEqual({});
  expect(Object.keys(await samples("usher_keys"))).toHaveLength(4);
});
