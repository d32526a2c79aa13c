import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../../../../scripts/python/environment.ts";
import { waitForPort } from "../support/ports.ts";
import { Arrivals, type Recorder, type Recording } from "./recording.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const requirements = fileURLToPath(new URL("../../../../examples/fastapi/requirements.txt", import.meta.url));

type Line = (Recording & { readonly number: number }) | { readonly number: number; readonly body: string };

/**
 * asgi_recorder.py on uvicorn, which reads HTTP with h11 and decodes the path.
 *
 * @throws {PythonUnavailable} There is no Python, or its packages cannot be installed.
 */
export async function startUvicornRecorder(port: number): Promise<Recorder> {
  const programs = await pythonEnvironment({
    name: "fastapi",
    requirements,
    signal: AbortSignal.timeout(280_000),
    report: (line) => console.log(line),
  });
  const args = ["-m", "uvicorn", "asgi_recorder:app", "--app-dir", folder, "--port", String(port)];
  // Without --no-proxy-headers, uvicorn itself reads X-Forwarded-For.
  const child = spawn(join(programs, "python"), [...args, "--log-level", "critical", "--no-proxy-headers"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const arrivals = new Arrivals();
  const known = new Map<number, { body: string }>();
  createInterface(child.stdout).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    if ("target" in line) {
      const recording = { ...line, body: "" };
      known.set(line.number, recording);
      arrivals.add(recording);
    } else {
      const recording = known.get(line.number);
      if (recording !== undefined) recording.body += line.body;
    }
  });
  await waitForPort(port);
  return {
    port,
    before: (mark) => arrivals.before(mark),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
