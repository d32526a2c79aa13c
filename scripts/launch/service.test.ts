import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LaunchError } from "./launch-error.ts";
import { type RunningService, startService } from "./service.ts";

const listening = 'console.log("api listening on http://localhost:1");';
const staying = "setInterval(() => {}, 1000);";

test("is ready when it prints that it listens, and passes its lines on", async () => {
  const { service, lines, errorLines } = start(`console.error("warned"); ${listening} ${staying}`);
  await service.ready;
  expect(lines).toEqual(["api listening on http://localhost:1"]);
  await expect.poll(() => errorLines).toEqual(["warned"]);
  expect(await service.stop()).toBe(true);
  expect(await service.ended).toBe("the api process ended (SIGTERM)");
});

test("a failed start is reported once, by its last line", async () => {
  const { service, errorLines } = start('console.error("the database is down"); process.exitCode = 1;');
  await expect(service.ready).rejects.toThrow(new LaunchError("the database is down"));
  expect(errorLines).toEqual([]);
});

test("a failed start without output is reported by its exit code", async () => {
  const { service } = start("process.exitCode = 7;");
  await expect(service.ready).rejects.toThrow("the api process did not start (exit code 7)");
});

test("a process that does not stop is killed, and that is not a clean stop", async () => {
  const { service } = start(`process.on("SIGTERM", () => {}); ${listening} ${staying}`);
  await service.ready;
  expect(await service.stop(50)).toBe(false);
  expect(await service.ended).toBe("the api process ended (SIGKILL)");
});

function start(code: string): { service: RunningService; lines: string[]; errorLines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "service-"));
  const entry = join(folder, "main.ts");
  writeFileSync(entry, code);
  const lines: string[] = [];
  const errorLines: string[] = [];
  const service = startService(
    { name: "api", entry, environment: { PATH: process.env.PATH }, watch: [] },
    { line: (text) => lines.push(text), errorLine: (text) => errorLines.push(text) },
  );
  onTestFinished(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { service, lines, errorLines };
}
