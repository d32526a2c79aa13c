import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { samplesOf } from "../test/support/prometheus.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const guide = await readFile(join(root, "docs/guide/metrics.md"), "utf8");
const issuer = createTestIssuer({ issuer: "http://localhost:3000", audience: "http://localhost:3001" });
let folder: string;

// Inside the repository, so that imports resolve to its node_modules.
beforeAll(async () => {
  await mkdir(join(root, "dist"), { recursive: true });
  folder = await mkdtemp(join(root, "dist/metrics-guide-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The block of the guide that imports a module. */
function block(module: string): string {
  const blocks = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const [found, ...others] = blocks.filter((code) => code.includes(`from "${module}"`));
  expect(others).toEqual([]);
  if (found === undefined) throw new Error(`the guide does not import ${module}`);
  return found;
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A span as OTLP in JSON has it: what is read of it. */
interface Span {
  readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
}
interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

/** A collector of OpenTelemetry, as far as traces go. */
async function startCollector(): Promise<{ url: string; spans: Span[] }> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    for (const { scopeSpans } of body.resourceSpans ?? [])
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.setHeader("content-type", "application/json").end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

/** Starts the guide's API with the guide's SDK, as the guide says. */
async function startApi(collector: string): Promise<{ child: ChildProcess; api: string; metrics: string }> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const telemetry = block("@opentelemetry/sdk-node");
  expect(telemetry).toContain("port: 9464");
  await writeFile(join(folder, "telemetry.ts"), telemetry.replace("9464", String(metricsPort)));
  await writeFile(join(folder, "api.ts"), block("@usher-auth/opentelemetry"));
  expect(guide).toContain("\nnode --env-file=.env --import ./telemetry.ts api.ts\n");
  const args = ["--conditions=@usher-auth/source", "--import", "./telemetry.ts", "api.ts"];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: "ignore",
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      BETTER_AUTH_SECRET: issuer.secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_LOGS_EXPORTER: "none",
    },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [api, metrics] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${metricsPort}/metrics`];
  await vi.waitFor(() => fetch(`${api}/`), { timeout: 30_000, interval: 100 });
  return { child, api, metrics };
}

it("shows an API with the SDK of OpenTelemetry that counts, and adds its event to the server span", async () => {
  const collector = await startCollector();
  const { child, api, metrics } = await startApi(collector.url);
  const headers = { authorization: `Bearer ${issuer.tokenFor("ada")}` };
  for (const path of ["/api/ada/tasks", "/api/ada/tasks", "/api/ada/tasks", "/api/bob/tasks"])
    await fetch(api + path, { headers });

  const text = await (await fetch(metrics)).text();
  const labels =
    'http_request_method="GET",http_route="/api/:userId/tasks",usher_adapter="fastify",usher_outcome=';
  expect(samplesOf(text, "usher_")).toMatchObject({
    [`usher_requests_total{${labels}"accepted"}`]: 3,
    [`usher_requests_total{error_type="owner_mismatch",${labels}"rejected"}`]: 1,
    'usher_keys_status{state="fresh"}': 1,
    'usher_keys_verifications_total{usher_key_algorithm="HS256"}': 1,
  });
  // The application's other metrics are beside them.
  expect(text).toContain("http_server_request_duration_count");

  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
  const events = collector.spans.flatMap((span) => span.events);
  expect(events.map(({ name, attributes }) => ({ name, ...valuesOf(attributes) }))).toContainEqual({
    name: "usher.reject",
    "error.type": "owner_mismatch",
    "usher.adapter": "fastify",
    "http.route": "/api/:userId/tasks",
  });
  expect(JSON.stringify(collector.spans)).not.toContain("enduser.id");
});

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
}
