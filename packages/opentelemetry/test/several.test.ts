import { metrics } from "@opentelemetry/api";
import { createTestIssuer } from "@usher-auth/testing";
import { sharedSecret } from "@usher-auth/verify";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { expect, it, onTestFinished, vi } from "vitest";
import { instrumentUsher } from "../src/index.ts";
import { fastifyApp, verifierOf } from "./support/apps.ts";
import { startPrometheus } from "./support/prometheus.ts";

// Like a linked package, a second version or a bundler: every module is evaluated a second time.
vi.resetModules();
const copy = await import("../src/index.ts");

const requestsOf = async (samples: (prefix: string) => Promise<Readonly<Record<string, number>>>) =>
  Object.values(await samples("usher_requests"));

it("two verifiers have one value of each metric: the sum, or the worst", async () => {
  const { provider, samples } = await startPrometheus();
  const [issuer, other] = [createTestIssuer(), createTestIssuer()];
  const store = () => memoryRevocationStore();
  const [loaded, unloaded] = [store(), store()].map((one) =>
    createRevocations({ store: one, maxTokenAge: 900 }),
  );
  if (loaded === undefined || unloaded === undefined) throw new Error("two were made");
  await loaded.ready();
  await loaded.revoke({ kind: "user", id: "eve", before: Date.now() / 1000 });
  onTestFinished(() => loaded.close());
  const keys = sharedSecret(issuer.secret);
  const shared = [verifierOf(issuer, { keys, revocations: loaded }), verifierOf(issuer, { keys })];
  const verifiers = [...shared, verifierOf(other)];
  onTestFinished(instrumentUsher({ verifier: verifiers, meterProvider: provider }));
  for (const verifier of shared) verifier.verifySync(issuer.tokenFor("alice"));
  verifiers[2]?.verifySync(other.tokenFor("bob"));

  expect(await samples("usher_keys")).toMatchObject({
    'usher_keys_status{state="fresh"}': 1,
    'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 3,
  });
  expect(await samples("usher_revocations")).toMatchObject({
    'usher_revocations_status{state="current"}': 1,
    'usher_revocations_status{state="missing"}': 0,
    usher_revocations_entries: 1,
  });

  // A later call adds its verifier. Ending it removes that one only.
  const stop = instrumentUsher({
    verifier: verifierOf(other, { revocations: unloaded }),
    meterProvider: provider,
  });
  expect(await samples("usher_revocations_status")).toMatchObject({
    'usher_revocations_status{state="current"}': 0,
    'usher_revocations_status{state="missing"}': 1,
  });
  stop();
  stop();
  expect(await samples("usher_revocations_status")).toMatchObject({
    'usher_revocations_status{state="current"}': 1,
    'usher_revocations_status{state="missing"}': 0,
  });
});

it("instrumenting twice counts once, also by another copy of the package", async () => {
  expect(copy.instrumentUsher).not.toBe(instrumentUsher);
  const { provider, samples } = await startPrometheus();
  const app = await fastifyApp();
  const stops = [instrumentUsher, instrumentUsher, copy.instrumentUsher].map((instrument) =>
    instrument({ verifier: app.verifier, meterProvider: provider }),
  );
  const token = app.issuer.tokenFor("alice");
  await app.send("/api/alice/tasks", token);
  expect(await requestsOf(samples)).toEqual([1]);
  expect(await samples("usher_keys_verifications")).toEqual({
    'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 1,
  });

  // The one that started it may leave first.
  stops[0]?.();
  stops[0]?.();
  stops[1]?.();
  await app.send("/api/alice/tasks", token);
  expect(await requestsOf(samples)).toEqual([2]);
  stops[2]?.();
  await app.send("/api/alice/tasks", app.issuer.tokenFor("alice", { expiresIn: 30 }));
  expect(await requestsOf(samples)).toEqual([2]);
  expect(await samples("usher_keys_verifications")).toEqual({
    'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 1,
  });
});

it("the verifications of a key never decrease, whichever verifiers are observed", async () => {
  const { provider, samples } = await startPrometheus();
  const issuer = createTestIssuer();
  const shared = sharedSecret(issuer.secret);
  const [one, two] = [1, 2].map(() => verifierOf(issuer, { keys: shared }));
  const other = verifierOf(issuer, { keys: sharedSecret(issuer.secret) });
  if (one === undefined || two === undefined) throw new Error("two were made");
  let count = 0;
  const verify = (verifier: typeof other, times: number) => {
    for (let time = 0; time < times; time++) verifier.verifySync(issuer.tokenFor(`user-${count++}`));
  };
  const observe = (verifier: typeof other) => instrumentUsher({ verifier, meterProvider: provider });
  const verifications = async () => Object.values(await samples("usher_keys_verifications"));

  const [stopOne, stopOther] = [observe(one), observe(other)];
  verify(one, 6);
  verify(other, 4);
  expect(await verifications()).toEqual([10]);
  verify(other, 1);
  stopOther();
  expect(await verifications()).toEqual([11]);
  verify(other, 1);
  expect(await verifications()).toEqual([11]);
  // One that shares its keys takes the place of the first.
  verify(two, 2);
  stopOne();
  const stopTwo = observe(two);
  expect(await verifications()).toEqual([13]);
  const stopAgain = observe(other);
  verify(two, 1);
  expect(await verifications()).toEqual([14]);
  verify(other, 1);
  expect(await verifications()).toEqual([15]);
  for (const stop of [stopTwo, stopAgain]) stop();
});

it("two providers get everything", async () => {
  const [one, other] = [await startPrometheus(), await startPrometheus()];
  const app = await fastifyApp();
  for (const { provider } of [one, other]) onTestFinished(instrumentUsher({ meterProvider: provider }));
  await app.send("/api/alice/tasks", app.issuer.tokenFor("alice"));
  expect(await requestsOf(one.samples)).toEqual([1]);
  expect(await requestsOf(other.samples)).toEqual([1]);
});

it("the global provider may be set later, and be replaced", async () => {
  onTestFinished(() => metrics.disable());
  const app = await fastifyApp();
  onTestFinished(instrumentUsher({ verifier: app.verifier }));
  const token = app.issuer.tokenFor("alice");
  await app.send("/api/alice/tasks", token);
  const [one, other] = [await startPrometheus(), await startPrometheus()];
  for (const { provider, samples } of [one, other]) {
    metrics.setGlobalMeterProvider(provider);
    await app.send("/api/alice/tasks", token);
    expect(await requestsOf(samples)).toEqual([1]);
    expect(await samples("usher_keys_status")).toMatchObject({ 'usher_keys_status{state="fresh"}': 1 });
    metrics.disable();
    await app.send("/api/alice/tasks", token);
    expect(await requestsOf(samples)).toEqual([1]);
  }
  await app.send("/api/bob/tasks", app.issuer.tokenFor("bob"));
  for (const { samples } of [one, other]) {
    expect(await samples("usher_keys_verifications")).toEqual({
      'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 1,
    });
  }
});

it("the global provider, given by one caller and meant by another, counts once and observes both", async () => {
  onTestFinished(() => metrics.disable());
  const { provider, samples } = await startPrometheus();
  metrics.setGlobalMeterProvider(provider);
  const [one, other] = [await fastifyApp(), await fastifyApp()];
  const stopGlobal = instrumentUsher({ verifier: one.verifier });
  const stopGiven = copy.instrumentUsher({ verifier: other.verifier, meterProvider: provider });
  for (const app of [one, other]) await app.send("/api/alice/tasks", app.issuer.tokenFor("alice"));
  expect(await requestsOf(samples)).toEqual([2]);
  const verifications = 'usher_keys_verifications_total{usher_key_algorithm="HS256"}';
  expect(await samples("usher_keys_verifications")).toEqual({ [verifications]: 2 });
  stopGiven();
  await one.send("/api/alice/tasks", one.issuer.tokenFor("alice"));
  expect(await requestsOf(samples)).toEqual([3]);
  // Another global provider is not the one that was given.
  const later = await startPrometheus();
  const stopAgain = instrumentUsher({ verifier: other.verifier, meterProvider: provider });
  metrics.disable();
  metrics.setGlobalMeterProvider(later.provider);
  await one.send("/api/alice/tasks", one.issuer.tokenFor("alice"));
  expect(await requestsOf(samples)).toEqual([4]);
  expect(await requestsOf(later.samples)).toEqual([1]);
  for (const stop of [stopGlobal, stopAgain]) stop();
});
