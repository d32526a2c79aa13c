import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { launchUsher } from "./support/processes/launcher.ts";
import { signUp } from "./support/session.ts";

const polling = { timeout: 60_000, interval: 100 };
const commandLine = ["--conditions=@usher-auth/source", "packages/cli/src/main.ts"];

test("npm run demo:replicas balances, restarts a killed replica, revokes on all, and cleans up", async () => {
  const demo = launchUsher({}, "scripts/demo-replicas.ts");
  onTestFinished(() => void demo.process.kill("SIGTERM"));
  await vi.waitFor(() => expect(demo.output()).toContain("Ctrl-C stops all"), polling);
  const match = (pattern: RegExp) => pattern.exec(demo.output())?.[1] ?? "";
  const api = match(/API +(http:\/\/localhost:\d+)/);
  const ada = await signUp(match(/Web app +(\S+)/));
  const headers = { authorization: `Bearer ${ada.token}` };
  const statuses = () =>
    Promise.all(
      [1, 2, 3].map(async () => (await fetch(`${api}/api/${ada.userId}/tasks`, { headers })).status),
    );

  expect(await statuses()).toEqual([200, 200, 200]);
  for (const name of ["api-1", "api-2", "api-3"]) {
    await vi.waitFor(
      () => expect(demo.output()).toMatch(new RegExp(`${name} .*/tasks.*request completed`)),
      polling,
    );
  }

  process.kill(Number(match(/api-2 +\S+ +process (\d+)/)), "SIGKILL");
  const isRestarted =
    /api-2 process ended \(SIGKILL\): restarting it[\s\S]*\napi-2 \| [^\n]*api listening on/;
  await vi.waitFor(() => expect(demo.output()).toMatch(isRestarted), polling);

  const envFile = match(/--env (\S+)/);
  await promisify(execFile)(process.execPath, [
    ...commandLine,
    "revoke",
    "--user",
    ada.userId,
    "--env-file",
    envFile,
  ]);
  await vi.waitFor(async () => expect(await statuses()).toEqual([401, 401, 401]), polling);

  demo.process.kill("SIGTERM");
  expect(await demo.ended).toMatchObject({ code: 0, errors: "" });
  expect(existsSync(dirname(envFile))).toBe(false);
});
