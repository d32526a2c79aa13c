import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TestIssuer } from "@usher-auth/testing";
import { type Child, startChild } from "../support/child.ts";
import { writeSettings } from "../support/document.ts";
import { freePort } from "../support/ports.ts";
import type { Front } from "./front.ts";

const main = fileURLToPath(new URL("../../../../packages/cli/src/main.ts", import.meta.url));

/** Where a gate stands. */
export interface GateOptions {
  /** The backend's port. Undefined: the gate only answers other proxies. */
  readonly backend: number | undefined;
  readonly issuer: TestIssuer;
  /** Default: any free one. */
  readonly port?: number;
  /** Settings of the file beside the routes. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments of Node. */
  readonly nodeArgs?: readonly string[];
}

/** The gate's command, as a separate process. */
export interface Gate extends Front {
  readonly child: Child;
}

/** Starts `usher-auth gate` and waits until it is ready. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const { backend, issuer, settings = {}, environment = {}, nodeArgs = [] } = options;
  const port = options.port ?? (await freePort());
  const upstream = backend === undefined ? {} : { upstream: `http://127.0.0.1:${backend}` };
  const written = writeSettings({ ...upstream, ...settings });
  const args = ["--conditions=@usher-auth/source", "--disable-warning=ExperimentalWarning", ...nodeArgs];
  const child = startChild(
    process.execPath,
    [...args, main, "gate", "--config", written.file, "--port", String(port)],
    {
      BETTER_AUTH_SECRET: issuer.secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
      ...environment,
    },
  );
  await ready(port, child);
  return {
    port,
    child,
    log: child.log,
    hasEnded: child.hasEnded,
    stop: async () => {
      await child.stop();
      written.remove();
    },
  };
}

async function ready(port: number, child: Child): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline && !child.hasEnded()) {
    const response = await fetch(`http://127.0.0.1:${port}/.usher/ready`).catch(() => undefined);
    if (response?.status === 200) return;
    await sleep(50);
  }
  await child.stop("SIGKILL");
  throw new Error(`the gate did not start: ${child.log()}`);
}
