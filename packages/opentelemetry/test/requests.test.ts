import { createTestIssuer } from "@usher-auth/testing";
import { expect, it, onTestFinished } from "vitest";
import { instrumentUsher } from "../src/index.ts";
import { expressApp, fastifyApp } from "./support/apps.ts";
import { startPrometheus } from "./support/prometheus.ts";

it("counts the requests of a Fastify app exactly", async () => {
  const { provider, samples, text } = await startPrometheus();
  const app = await fastifyApp();
  onTestFinished(instrumentUsher({ verifier: app.verifier, meterProvider: provider }));
  const { tokenFor } = app.issuer;
  const token = tokenFor("alice");

  for (let count = 0; count < 5; count++) expect(await app.send("/api/alice/tasks", token)).toBe(200);
  expect(await app.send("/api/alice/tasks", token, "POST")).toBe(200);
  expect(await app.send("/api/bob/tasks", token)).toBe(403);
  expect(await app.send("/api/bob/tasks", token)).toBe(403);
  expect(await app.send("/admin", token)).toBe(403);
  expect(await app.send("/admin", tokenFor("bob", { claims: { scope: "admin" } }))).toBe(200);
  expect(await app.send("/api/alice/tasks")).toBe(401);
  expect(await app.send("/nothing/here", tokenFor("alice", { expired: true }))).toBe(401);
  expect(await app.send("/api/alice/tasks", tokenFor("alice", { wrongSecret: true }), "PUT")).toBe(401);
  expect(await app.send("/health")).toBe(200);

  const of = (labels: string) => `usher_requests_total{${labels},usher_adapter="fastify",usher_outcome=`;
  const tasks = 'http_route="/api/:userId/tasks"';
  expect(await samples("usher_requests")).toEqual({
    [`${of(`http_request_method="GET",${tasks}`)}"accepted"}`]: 5,
    [`${of(`http_request_method="POST",${tasks}`)}"accepted"}`]: 1,
    [`${of('http_request_method="GET",http_route="/admin"')}"accepted"}`]: 1,
    [`${of(`error_type="owner_mismatch",http_request_method="GET",${tasks}`)}"rejected"}`]: 2,
    [`${of('error_type="scope_insufficient",http_request_method="GET",http_route="/admin"')}"rejected"}`]: 1,
    [`${of(`error_type="credentials_missing",http_request_method="GET",${tasks}`)}"rejected"}`]: 1,
    [`${of(`error_type="signature_invalid",http_request_method="PUT",${tasks}`)}"rejected"}`]: 1,
    // No route was matched, and the client chose the path.
    [`${of('error_type="token_expired",http_request_method="GET"')}"rejected"}`]: 1,
  });
  expect(await samples("usher_verification_duration_count")).toEqual({
    'usher_verification_duration_count{usher_cache="hit"}': 8,
    'usher_verification_duration_count{usher_cache="miss"}': 2,
    'usher_verification_duration_count{error_type="token_expired",usher_cache="miss"}': 1,
    'usher_verification_duration_count{error_type="signature_invalid",usher_cache="miss"}': 1,
  });
  expect(await samples("usher_keys")).toEqual({
    'usher_keys_status{state="fresh"}': 1,
    'usher_keys_status{state="stale"}': 0,
    'usher_keys_status{state="missing"}': 0,
    // The expired token's signature is right.
    'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 3,
  });
  expect(await text()).not.toMatch(/alice|bob|nothing/);
});

it("counts the requests of an Express app exactly", async () => {
  const { provider, samples, text } = await startPrometheus();
  const app = await expressApp();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  const token = app.issuer.tokenFor("alice");

  for (let count = 0; count < 3; count++) expect(await app.send("/api/alice/tasks", token)).toBe(200);
  expect(await app.send("/api/bob/tasks", token)).toBe(403);
  expect(await app.send("/api/alice/tasks")).toBe(401);
  expect(await app.send("/health")).toBe(200);

  const counts: Record<string, number> = {};
  for (const [name, value] of Object.entries(await samples("usher_requests"))) {
    const [, code = "none"] = /error_type="(\w+)"/.exec(name) ?? [];
    const [, outcome] = /usher_outcome="(\w+)"/.exec(name) ?? [];
    counts[`${outcome} ${code}`] = (counts[`${outcome} ${code}`] ?? 0) + value;
  }
  // The guard has accepted the token before the route rejects its owner.
  expect(counts).toEqual({
    "accepted none": 4,
    "rejected owner_mismatch": 1,
    "rejected credentials_missing": 1,
  });
  expect(await text()).not.toMatch(/alice|bob/);
  expect(await samples("usher_keys")).toEqual({});
});

it("has the duration of verifications in seconds, from 10 µs to 5 s", async () => {
  const { provider, samples, text } = await startPrometheus();
  const app = await fastifyApp();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  const token = app.issuer.tokenFor("alice");
  for (let count = 0; count < 4; count++) await app.send("/api/alice/tasks", token);

  const buckets = Object.entries(await samples("usher_verification_duration_bucket")).filter(([name]) =>
    name.includes('usher_cache="hit"'),
  );
  const bounds = buckets.map(([name]) => Number(/le="([^"]+)"/.exec(name)?.[1]?.replace("+Inf", "Infinity")));
  expect(bounds).toHaveLength(19);
  expect([bounds[0], bounds.at(-2), bounds.at(-1)]).toEqual([0.00001, 5, Number.POSITIVE_INFINITY]);
  expect(bounds).toEqual([...bounds].sort((one, other) => one - other));
  expect(buckets.at(-1)?.[1]).toBe(3);
  const { 'usher_verification_duration_sum{usher_cache="hit"}': sum } = await samples();
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(1);
  expect(await text()).toContain("# TYPE usher_verification_duration histogram");
});

it("counts every guard and verifier of the process, also those that are made later", async () => {
  const { provider, samples } = await startPrometheus();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  const [one, other] = [await fastifyApp(), await fastifyApp(undefined, createTestIssuer())];
  await one.send("/api/alice/tasks", one.issuer.tokenFor("alice"));
  await other.send("/api/alice/tasks", other.issuer.tokenFor("alice"));
  expect(Object.values(await samples("usher_requests"))).toEqual([2]);
});
