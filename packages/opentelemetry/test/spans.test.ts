import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { instrumentUsher } from "../src/index.ts";
import { type Around, fastifyApp } from "./support/apps.ts";
import { startPrometheus } from "./support/prometheus.ts";

vi.resetModules();
const copy = await import("../src/index.ts");

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(async () => {
  trace.disable();
  context.disable();
  await provider.shutdown();
});

const server: Around = (request, handle) => {
  const span = trace.getTracer("server").startSpan("server");
  request.once("close", () => span.end());
  context.with(trace.setSpan(context.active(), span), handle);
};

/** The server span of one request: its attributes, and its events with theirs. */
async function spanOf(path: string, claims?: object): Promise<{ attributes: object; events: object[] }> {
  exporter.reset();
  const issuer = createTestIssuer();
  const app = await fastifyApp(undefined, issuer, server);
  await app.send(path, claims && issuer.tokenFor("alice", { claims: { ...claims } }));
  await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(1));
  const [span] = exporter.getFinishedSpans();
  const events = span?.events.map(({ name, attributes }) => ({ name, ...attributes })) ?? [];
  return { attributes: span?.attributes ?? {}, events };
}

const mismatch = {
  name: "usher.reject",
  "error.type": "owner_mismatch",
  "usher.adapter": "fastify",
  "http.route": "/api/:userId/tasks",
};

it("adds one event for a rejected request, without the hint and the user", async () => {
  // Twice, and by another copy of the package.
  for (const instrument of [instrumentUsher, instrumentUsher, copy.instrumentUsher])
    onTestFinished(instrument());
  expect(await spanOf("/api/bob/tasks", {})).toEqual({ attributes: {}, events: [mismatch] });
  expect(await spanOf("/nothing")).toEqual({
    attributes: {},
    // No route was matched, and the client chose the path.
    events: [{ name: "usher.reject", "error.type": "credentials_missing", "usher.adapter": "fastify" }],
  });
  expect(await spanOf("/api/alice/tasks", {})).toEqual({ attributes: {}, events: [] });
});

it("records the user of a valid token as long as one caller wants it", async () => {
  const stops = [instrumentUsher(), instrumentUsher({ recordSubject: true })];
  const attributes = { "enduser.id": "alice" };
  expect(await spanOf("/api/alice/tasks", {})).toEqual({ attributes, events: [] });
  expect(await spanOf("/api/bob/tasks", {})).toEqual({ attributes, events: [mismatch] });
  expect(await spanOf("/api/alice/tasks", { exp: 1 })).toMatchObject({
    attributes: {},
    events: [{ "error.type": "token_expired" }],
  });
  stops[1]?.();
  expect(await spanOf("/api/bob/tasks", {})).toEqual({ attributes: {}, events: [mismatch] });
  stops[0]?.();
  expect(await spanOf("/api/bob/tasks", {})).toEqual({ attributes: {}, events: [] });
});

it("never makes the user a label of a metric", async () => {
  const { provider: meterProvider, text } = await startPrometheus();
  onTestFinished(instrumentUsher({ meterProvider, recordSubject: true }));
  await spanOf("/api/alice/tasks", {});
  await spanOf("/api/bob/tasks", {});
  expect(await text()).toContain("usher_requests_total");
  expect(await text()).not.toMatch(/alice|bob|enduser/);
});

it("without an active span, nothing happens", async () => {
  onTestFinished(instrumentUsher({ recordSubject: true }));
  const app = await fastifyApp();
  expect(await app.send("/api/alice/tasks", app.issuer.tokenFor("alice"))).toBe(200);
  expect(await app.send("/api/bob/tasks", app.issuer.tokenFor("alice"))).toBe(403);
});
