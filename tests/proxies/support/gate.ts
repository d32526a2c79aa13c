import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, waitUntil } from "@usher-auth/e2e/program";
import type { TestIssuer } from "@usher-auth/testing";

const command = fileURLToPath(new URL("../../../packages/cli/bin/usher-auth.js", import.meta.url));

/** The gate, as a process. It only answers proxies. */
export interface Gate {
  readonly port: number;
  /** Resolves when it knows the backend's routes. */
  ready(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts `usher-auth gate` for a backend, whose document may not be there yet. */
export async function startGate(port: number, backend: number, issuer: TestIssuer): Promise<Gate> {
  const folder = mkdtempSync(join(tmpdir(), "usher-gate-"));
  const env = {
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    ...(process.env.NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
  };
  const flags = [
    ...["--port", String(port)],
    ...["--openapi", `http://127.0.0.1:${backend}/openapi.json`],
    ...["--owner-param", "user_id"],
    ...["--trusted-proxy", "127.0.0.1"],
  ];
  const start = async () => {
    const started = run(process.execPath, [command, "gate", ...flags], { cwd: folder, env });
    await waitUntil(() => isServing("live"), started);
    return started;
  };
  const isServing = (what: "live" | "ready") =>
    fetch(`http://127.0.0.1:${port}/.usher/${what}`).then(
      ({ ok }) => ok,
      () => false,
    );

  let gate = await start();
  return {
    port,
    ready: () => waitUntil(() => isServing("ready"), gate),
    kill: () => gate.stop(),
    restart: async () => {
      gate = await start();
    },
    close: async () => {
      await gate.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
