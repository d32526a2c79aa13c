import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@usher-auth/e2e/free-port";
import type { HttpSettings } from "../http.ts";
import type { Server } from "../request-rates.ts";

const main = fileURLToPath(new URL("../../../../apps/api/src/main.ts", import.meta.url));

/** Starts `apps/api` without a log, and waits until it answers. */
export async function startApi(
  name: string,
  { secret, issuer, audience }: HttpSettings,
  environment: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    env: {
      API_PORT: String(port),
      BETTER_AUTH_SECRET: secret,
      BETTER_AUTH_URL: issuer,
      API_URL: audience,
      LOG_LEVEL: "silent",
      NODE_ENV: "production",
      ...environment,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await isUp(url))) {
    if (child.exitCode !== null) throw new Error("the API ended");
    await pause(100);
  }
  return { name, url, stop: () => child.kill() };
}

function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
}
