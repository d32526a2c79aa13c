import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { METHODS, request } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { instrumentUsher } from "../src/index.ts";
import { type App, expressApp, fastifyApp } from "./support/apps.ts";
import { type Samples, startPrometheus } from "./support/prometheus.ts";
import { collectWarnings } from "./support/warnings.ts";

/** The values of a label. */
function valuesOf(samples: Samples, label: string): string[] {
  const found = Object.keys(samples).flatMap(
    (name) => new RegExp(`[{,]${label}="([^"]*)"`).exec(name)?.[1] ?? [],
  );
  return [...new Set(found)].sort();
}

/** Sends any method that Node's parser accepts. */
async function sendRaw({ url }: App, method: string, path: string): Promise<void> {
  const sent = request(url + path, { method });
  sent.end();
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "end");
}

it.each([
  ["Fastify", fastifyApp],
  ["Express", expressApp],
])("hostile methods and paths make no series in %s", async (_name, start) => {
  const { provider, samples } = await startPrometheus();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  const app = await start();
  const methods = METHODS.filter((method) => method !== "CONNECT");
  expect(methods).toContain("PROPFIND");
  let id = 0;
  for (const method of methods) {
    const token = app.issuer.tokenFor(`user-${id}`);
    await sendRaw(app, method, `/api/victim-${id}/tasks`);
    await sendRaw(app, method, `/made/up/${id}?x=${id}`);
    await app.send(`/api/victim-${id}/tasks`, token);
    await app.send(`/api/user-${id++}/tasks`, token);
  }
  const all = await samples();
  const known = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"];
  expect(
    valuesOf(all, "http_request_method").filter((method) => ![...known, "_OTHER"].includes(method)),
  ).toEqual([]);
  expect(valuesOf(all, "http_request_method")).toContain("_OTHER");
  expect(valuesOf(all, "http_route").filter((route) => route !== "/api/:userId/tasks")).toEqual([]);
  expect(JSON.stringify(all)).not.toMatch(/victim|user-|made/);
});

it("codes, adapters and routes that an event makes up are limited", async () => {
  const { provider, samples } = await startPrometheus();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  for (let count = 0; count < 1000; count++) {
    const facts = {
      adapter: `adapter-${count}`,
      route: `/made/up/${count}`,
      method: `M${count}`,
      request: {},
    };
    channel("usher:reject").publish({ ...facts, code: `code_${count}`, status: 401 });
    channel("usher:verify").publish({ cached: false, duration: 1, code: `code_${count}` });
    channel("usher:logout").publish({ status: 400, code: `code_${count}` });
    channel("usher:owner-exception").publish({ ...facts, principal: {}, exceptions: [] });
  }
  const all = await samples();
  expect(valuesOf(all, "error_type")).toEqual(["_OTHER"]);
  expect(valuesOf(all, "http_request_method")).toEqual(["_OTHER"]);
  expect(valuesOf(all, "usher_adapter")).toHaveLength(21);
  expect(valuesOf(all, "http_route")).toHaveLength(501);
  const sum = (prefix: string) =>
    Object.entries(all).reduce((total, [name, value]) => total + (name.startsWith(prefix) ? value : 0), 0);
  // Nothing is lost.
  expect(sum("usher_requests_total")).toBe(1000);
  expect(sum("usher_owner_exceptions_total")).toBe(1000);
  expect(sum("usher_verification_duration_count")).toBe(1000);
  expect(sum("usher_logouts_total")).toBe(1000);
});

it("rejected requests to many routes leave room for what happens later", async () => {
  const { provider, samples } = await startPrometheus();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  const facts = { adapter: "fastify", request: {}, principal: {} };
  for (let count = 0; count < 300; count++) {
    for (const method of ["GET", "HEAD"]) {
      for (const code of ["credentials_missing", "token_malformed", "key_unknown", "signature_invalid"])
        channel("usher:reject").publish({ ...facts, method, route: `/r${count}`, code, status: 401 });
    }
  }
  const [method, route] = ["GET", "/r299"];
  channel("usher:reject").publish({ ...facts, method, route, code: "owner_mismatch", status: 403 });
  channel("usher:accept").publish({ ...facts, method, route });
  channel("usher:accept").publish({ ...facts, method });
  const all = await samples("usher_requests");
  expect(Object.keys(all)).not.toContainEqual(expect.stringContaining("otel_metric_overflow"));
  expect(Object.values(all).reduce((sum, value) => sum + value, 0)).toBe(2403);
  const labels = 'http_request_method="GET",http_route="_OTHER",usher_adapter="fastify"';
  expect(all).toMatchObject({
    [`usher_requests_total{error_type="key_unknown",${labels.replace("_OTHER", "/r0")},usher_outcome="rejected"}`]: 1,
    [`usher_requests_total{error_type="owner_mismatch",${labels},usher_outcome="rejected"}`]: 1,
    [`usher_requests_total{${labels},usher_outcome="accepted"}`]: 1,
    'usher_requests_total{http_request_method="GET",usher_adapter="fastify",usher_outcome="accepted"}': 1,
  });
});

it("events of another version, without what this one expects, change nothing else", async () => {
  const warnings = collectWarnings();
  const { provider, samples } = await startPrometheus();
  onTestFinished(instrumentUsher({ meterProvider: provider }));
  for (const name of ["accept", "reject", "verify", "owner-exception", "keys", "revocations", "logout"]) {
    for (const event of [
      undefined,
      null,
      {},
      { revocations: 1, change: "revoked" },
      { route: 7, adapter: {} },
    ])
      channel(`usher:${name}`).publish(event);
  }
  const app = await fastifyApp();
  expect(await app.send("/api/alice/tasks", app.issuer.tokenFor("alice"))).toBe(200);
  const accepted = Object.entries(await samples("usher_requests")).filter(([name]) =>
    name.includes("fastify"),
  );
  expect(accepted.map(([, value]) => value)).toEqual([1]);
  expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set(["USHER_LISTENER_FAILED"]));
});
