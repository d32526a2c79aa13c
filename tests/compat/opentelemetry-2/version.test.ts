import { diag } from "@opentelemetry/api";
import { expect, it } from "vitest";

it.each([
  ["sdk-metrics", /^2\./],
  ["exporter-prometheus", /^0\.2\d\d\./],
])("these tests run on @opentelemetry/%s of another version", async (name, version) => {
  const { default: read } = await import(`@opentelemetry/${name}/package.json`);
  expect(read.version).toMatch(version);
});

it("these tests run on version 1.9 of the API", () => {
  diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} });
  const registered = (globalThis as Record<symbol, unknown>)[Symbol.for("opentelemetry.js.api.1")];
  diag.disable();
  expect(registered).toMatchObject({ version: expect.stringMatching(/^1\.9\./) });
});
