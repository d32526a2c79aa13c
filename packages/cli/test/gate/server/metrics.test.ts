import { createServer } from "node:http";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, onTestFinished, test } from "vitest";
import { type Gate, startGate } from "../../../src/gate/gate.ts";
import { createLog } from "../../../src/gate/server/log.ts";
import { readSettings } from "../../../src/gate/settings/read-settings.ts";
import { listen } from "../upstream/support/gate.ts";

const issuer = createTestIssuer();
const environment = {
  BETTER_AUTH_SECRET: issuer.secret,
  BETTER_AUTH_URL: issuer.issuer,
  API_URL: issuer.audience,
};

/** The gate before a backend that answers everything, and the URL of its metrics. */
async function gateWithMetrics(metricsPort: number): Promise<{ gate: Gate; metrics: string | undefined }> {
  const backend = createServer((_request, response) => response.end("ok"));
  const port = await listen(backend);
  onTestFinished(() => void backend.close());
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const file = `upstream: http://127.0.0.1:${port}
port: 0
metricsPort: ${metricsPort}
routes:
  - path: /api/{user_id}/tasks
`;
  const settings = await readSettings({ config: "usher.gate.yaml" }, environment, async () => file);
  const gate = await startGate(settings, environment, log);
  await gate.ready();
  const urls = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "metrics are served");
  return { gate, metrics: urls[0]?.url };
}

test("serves what the gate decides, on a separate port, until it closes", async () => {
  const { gate, metrics } = await gateWithMetrics(0);
  const headers = { authorization: `Bearer ${issuer.tokenFor("ada")}` };
  for (const path of ["/api/ada/tasks", "/api/ada/tasks", "/api/bob/tasks", "/made/up"])
    await fetch(gate.url + path, { headers });
  await fetch(`${gate.url}/api/ada/tasks`);
  const text = await (await fetch(metrics as string)).text();
  const totals = text.split("\n").filter((line) => line.startsWith("usher_requests_total{"));
  const of = (outcome: string, code = "") =>
    totals
      .filter((line) => line.includes(`usher_outcome="${outcome}"`) && line.includes(code))
      .map((line) => [/http_route="([^"]*)"/.exec(line)?.[1], line.split(" ").at(-1)]);
  expect(of("accepted")).toEqual([
    ["/api/{user_id}/tasks", "2"],
    // A valid token, and a path that does not exist.
    [undefined, "1"],
  ]);
  expect(of("rejected", 'error_type="owner_mismatch"')).toEqual([["/api/{user_id}/tasks", "1"]]);
  expect(of("rejected", 'error_type="credentials_missing"')).toEqual([["/api/{user_id}/tasks", "1"]]);
  expect(totals.every((line) => line.includes('usher_adapter="gate"'))).toBe(true);
  expect(text).toMatch(/^usher_keys_status\{state="fresh".*\} 1$/m);
  expect(text).not.toMatch(/="[^"]*(?:ada"|bob|made)/);
  expect((await fetch(`${metrics}/other`)).status).toBe(404);
  expect((await fetch(`${gate.url}/metrics`, { headers })).status).not.toBe(200);
  await gate.close();
  await expect(fetch(metrics as string)).rejects.toThrow("fetch failed");
});

test("does not start if the port is in use", async () => {
  const holder = createServer();
  const port = await listen(holder);
  onTestFinished(() => void holder.close());
  await expect(gateWithMetrics(port)).rejects.toThrow(
    `Cannot serve metrics on 127.0.0.1:${port} (EADDRINUSE). Use another port: --metrics-port.`,
  );
});
