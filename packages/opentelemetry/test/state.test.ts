import { randomUUID } from "node:crypto";
import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { remoteJwks, sharedSecret, type Verifier } from "@usher-auth/verify";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { expect, it, onTestFinished } from "vitest";
import { instrumentUsher } from "../src/index.ts";
import { fastifyApp, verifierOf } from "./support/apps.ts";
import { type Prometheus, startPrometheus } from "./support/prometheus.ts";

async function instrumented(verifier: Verifier): Promise<Prometheus["samples"]> {
  const { provider, samples } = await startPrometheus();
  onTestFinished(instrumentUsher({ verifier, meterProvider: provider }));
  return samples;
}

/** The one state that has the value 1. */
async function stateOf(samples: Prometheus["samples"], metric: string): Promise<string | undefined> {
  const states = await samples(`${metric}{`);
  const [name, ...others] = Object.keys(states).filter((one) => states[one] === 1);
  expect(Object.keys(states)).toHaveLength(3);
  expect(others).toEqual([]);
  return /state="(\w+)"/.exec(name ?? "")?.[1];
}

it("shows the age and the state of fetched keys, and how much each is used", async () => {
  const clock = { now: Date.parse("2026-01-01T00:00:00Z") };
  const time = () => clock.now;
  const issuer = createTestIssuer({ algorithm: "ES256", clock: time });
  let isDown = false;
  const fetch = async () => {
    if (isDown) throw new Error("down");
    return new Response(JSON.stringify(issuer.jwks()));
  };
  const keys = remoteJwks("https://app.example.com/jwks", {
    fetch,
    clock: time,
    maxAge: 600,
    maxStale: 3600,
    random: () => 0,
  });
  const verifier = verifierOf(issuer, { keys, clock: time });
  const samples = await instrumented(verifier);
  const [first] = issuer.jwks().keys as readonly { kid: string }[];
  expect(await stateOf(samples, "usher_keys_status")).toBe("missing");
  expect(await samples("usher_keys_age")).toEqual({});

  await verifier.verify(issuer.tokenFor("alice"));
  clock.now += 42_000;
  expect(await stateOf(samples, "usher_keys_status")).toBe("fresh");
  expect(await samples("usher_keys_age")).toEqual({ usher_keys_age: 42 });

  issuer.rotate();
  for (const user of ["alice", "bob", "carol"]) await verifier.verify(issuer.tokenFor(user));
  const second = (issuer.jwks().keys as readonly { kid: string }[]).find(({ kid }) => kid !== first?.kid);
  expect(await samples("usher_keys_verifications")).toEqual({
    [`usher_keys_verifications_total{usher_key_algorithm="ES256",usher_key_id="${first?.kid}"}`]: 1,
    [`usher_keys_verifications_total{usher_key_algorithm="ES256",usher_key_id="${second?.kid}"}`]: 3,
  });

  isDown = true;
  clock.now += 700_000;
  // A scrape starts the refresh that is due, as a request does.
  expect(await stateOf(samples, "usher_keys_status")).toBe("stale");
  expect(await samples("usher_keys_age")).toEqual({ usher_keys_age: 700 });
  clock.now += 3_000_000;
  expect(await stateOf(samples, "usher_keys_status")).toBe("missing");
  // Not the last age, which would look like the present.
  expect(await samples("usher_keys_age")).toEqual({ usher_keys_age: Number.NaN });
  expect(await samples("usher_keys_changes")).toEqual({
    'usher_keys_changes_total{change="loaded"}': 1,
    // The rotation, and the end of the last keys.
    'usher_keys_changes_total{change="changed"}': 2,
    'usher_keys_changes_total{change="failed"}': 1,
  });
});

it("shows no age from before it was stopped and started again", async () => {
  const clock = { now: Date.parse("2026-01-01T00:00:00Z") };
  const time = () => clock.now;
  const issuer = createTestIssuer({ algorithm: "ES256", clock: time });
  const fetch = async () => new Response(JSON.stringify(issuer.jwks()));
  const keys = remoteJwks("https://app.example.com/jwks", { fetch, clock: time });
  const { provider, samples } = await startPrometheus();
  const fetched = verifierOf(issuer, { keys, clock: time });
  const stop = instrumentUsher({ verifier: fetched, meterProvider: provider });
  await fetched.ready();
  clock.now += 42_000;
  expect(await samples("usher_keys_age")).toEqual({ usher_keys_age: 42 });
  stop();
  // These keys have no age.
  const verifier = verifierOf(issuer, { keys: sharedSecret(issuer.secret) });
  onTestFinished(instrumentUsher({ verifier, meterProvider: provider }));
  expect(await samples("usher_keys_age")).toEqual({ usher_keys_age: Number.NaN });
});

it("tells the versions of a secret apart", async () => {
  const [issuer, old] = [createTestIssuer(), createTestIssuer()];
  const keys = sharedSecret([
    { version: 2, value: issuer.secret },
    { version: 1, value: old.secret },
  ]);
  const verifier = verifierOf(issuer, { keys, issuer: [issuer.issuer, old.issuer] });
  const samples = await instrumented(verifier);
  for (const [signer, user] of [
    [issuer, "alice"],
    [issuer, "bob"],
    [old, "carol"],
  ] as const)
    verifier.verifySync(signer.tokenFor(user));
  expect(await samples("usher_keys_verifications")).toEqual({
    'usher_keys_verifications_total{usher_key_algorithm="HS256",usher_key_version="2"}': 2,
    'usher_keys_verifications_total{usher_key_algorithm="HS256",usher_key_version="1"}': 1,
  });
});

it("shows revocations, and how long ago they were confirmed", async () => {
  const issuer = createTestIssuer();
  const clock = { now: Date.now() };
  const working = memoryRevocationStore();
  const revocations = createRevocations({
    store: { ...working, subscribe: async () => async () => undefined },
    maxTokenAge: 900,
    maxStaleness: 10,
    clock: () => clock.now,
  });
  const verifier = verifierOf(issuer, { revocations });
  const samples = await instrumented(verifier);
  expect(await stateOf(samples, "usher_revocations_status")).toBe("missing");
  expect(await samples("usher_revocations_staleness")).toEqual({});
  await revocations.ready();
  onTestFinished(() => revocations.close());
  expect(await stateOf(samples, "usher_revocations_status")).toBe("current");
  clock.now += 11_000;
  expect(await stateOf(samples, "usher_revocations_status")).toBe("stale");
  expect(await samples("usher_revocations_staleness")).toEqual({ usher_revocations_staleness: 11 });
});

it("counts revocations and logouts, by kind and status, and shows no id", async () => {
  const issuer = createTestIssuer();
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
  await revocations.ready();
  onTestFinished(() => revocations.close());
  const verifier = verifierOf(issuer, { revocations });
  const samples = await instrumented(verifier);
  const app = await fastifyApp(verifier, issuer);
  const post = async (body: string) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return (await fetch(`${app.url}/backchannel-logout`, { method: "POST", headers, body })).status;
  };
  for (const sid of ["session-1", "session-2"])
    expect(await post(`logout_token=${logoutToken(issuer, sid)}`)).toBe(200);
  expect(await post(`logout_token=${logoutToken(issuer, "session-3", { wrongSecret: true })}`)).toBe(400);
  expect(await post("nothing=here")).toBe(400);
  await revocations.revoke([
    { kind: "user", id: "alice", before: 1 + Date.now() / 1000 },
    { kind: "token", id: "some-jti", before: Date.now() / 1000 },
  ]);
  expect(await app.send("/api/alice/tasks", issuer.tokenFor("alice"))).toBe(401);

  expect(await samples("usher_logouts")).toEqual({
    'usher_logouts_total{http_response_status_code="200"}': 2,
    'usher_logouts_total{error_type="signature_invalid",http_response_status_code="400"}': 1,
    'usher_logouts_total{error_type="bad_request",http_response_status_code="400"}': 1,
  });
  expect(await samples("usher_revocations")).toMatchObject({
    'usher_revocations_recorded_total{kind="session"}': 2,
    'usher_revocations_recorded_total{kind="user"}': 1,
    'usher_revocations_recorded_total{kind="token"}': 1,
    usher_revocations_entries: 4,
  });
  expect(JSON.stringify(await samples())).not.toMatch(/alice|session-|some-jti/);
});

it("counts the exceptions of owner rules", async () => {
  const issuer = createTestIssuer();
  const verifier = verifierOf(issuer);
  const samples = await instrumented(verifier);
  const app = await fastifyApp(verifier, issuer);
  const support = issuer.tokenFor("carol", { claims: { role: "support" } });
  expect(await app.send("/api/alice/orders", support)).toBe(200);
  expect(await app.send("/api/bob/orders", support)).toBe(200);
  expect(await app.send("/api/carol/orders", support)).toBe(200);
  expect(await app.send("/api/alice/orders", issuer.tokenFor("bob"))).toBe(403);
  expect(await samples("usher_owner_exceptions")).toEqual({
    'usher_owner_exceptions_total{http_route="/api/:userId/orders",usher_adapter="fastify"}': 2,
  });
});

/** OpenID Connect Back-Channel Logout 1.0 section 2.4. */
function logoutToken(issuer: TestIssuer, sid: string, faults: object = {}): string {
  return issuer.tokenFor("alice", {
    header: { typ: "logout+jwt" },
    expiresIn: 120,
    claims: {
      jti: randomUUID(),
      sid,
      email: undefined,
      name: undefined,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    },
    ...faults,
  });
}
