import { createServer } from "node:net";
import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { killLeftovers, runToEnd, startProcess } from "../support/process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
afterEach(killLeftovers);
afterAll(folder.remove);

const issuer = createTestIssuer({ issuer: "http://localhost:3000", audience: "http://localhost:3001" });
const env = {
  BETTER_AUTH_SECRET: issuer.secret,
  BETTER_AUTH_URL: issuer.issuer,
  API_URL: issuer.audience,
  DATA_DIR: join(folder.path, "data"),
};

beforeAll(() => copyPreparedDatabase(join(env.DATA_DIR, "api")));

test("serves exact numbers on a separate port, without a token", async () => {
  const api = await startProcess({ ...env, API_METRICS_PORT: "0" });
  const [, url = ""] = /api metrics on (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(api.output()) ?? [];
  const headers = { authorization: `Bearer ${issuer.tokenFor("ada")}` };
  for (const path of ["/api/ada/tasks", "/api/ada/tasks", "/api/bob/tasks", "/nothing"])
    await fetch(api.url + path, { headers });
  await fetch(`${api.url}/api/ada/tasks`);
  const unsent = await fetch(`${api.url}/backchannel-logout`, { method: "POST", body: "logout_token=x" });
  expect(unsent.status).toBe(400);

  const text = await (await fetch(url)).text();
  const scope = 'otel_scope_name="@usher-auth/opentelemetry"';
  const tasks = `usher_adapter="fastify",http_route="/api/:userId/tasks",http_request_method="GET"`;
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      `usher_requests_total{usher_outcome="accepted",${tasks},${scope}} 2`,
      `usher_requests_total{usher_outcome="rejected",${tasks},error_type="owner_mismatch",${scope}} 1`,
      `usher_requests_total{usher_outcome="rejected",${tasks},error_type="credentials_missing",${scope}} 1`,
      `usher_requests_total{usher_outcome="accepted",usher_adapter="fastify",http_request_method="GET",${scope}} 1`,
      `usher_keys_status{state="fresh",${scope}} 1`,
      `usher_keys_verifications_total{usher_key_algorithm="HS256",${scope}} 1`,
      `usher_revocations_status{state="current",${scope}} 1`,
      `usher_revocations_entries{${scope}} 0`,
    ]),
  );
  const labels = [...text.matchAll(/="([^"]*)"/g)].map(([, value]) => value);
  expect(labels).not.toContainEqual(expect.stringMatching(/ada(?!pter)|bob|nothing/));
  expect((await fetch(`${url}/other`)).status).toBe(404);
  expect((await fetch(url, { method: "POST" })).status).toBe(404);
  // The API itself does not have them: for it, this is an unknown path.
  expect((await fetch(`${api.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${api.url}/metrics`, { headers })).status).toBe(404);
  api.kill("SIGTERM");
  expect((await api.ended).code).toBe(0);
});

test("does not start if the port is in use", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as { port: number };
  const { code, stderr } = await runToEnd({ ...env, API_METRICS_PORT: String(port) });
  holder.close();
  expect(stderr).toBe(
    `api: cannot serve metrics on 127.0.0.1:${port} (EADDRINUSE): set API_METRICS_PORT to another port\n`,
  );
  expect(code).toBe(1);
});
