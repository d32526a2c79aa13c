import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Environment } from "../../src/server/config/environment.ts";

const main = fileURLToPath(new URL("../../src/server/main.ts", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The web app as its own process, as `npm start` runs it. Killed when the test is over. */
export class WebProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(environment: Environment) {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, ...environment };
    const child = spawn(process.execPath, ["--conditions=@usher-auth/source", main], { env });
    this.#child = child;
    child.stdout.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    this.ended = new Promise((resolve) => {
      child.on("close", (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
  }

  /** Waits for the line with its URL. */
  async url(): Promise<string> {
    const listening = new Promise<string>((resolve) => {
      const findUrl = (): void => {
        const match = /^web listening on (http:\/\/\S+)$/m.exec(this.#stdout);
        if (match?.[1] !== undefined) resolve(match[1]);
      };
      this.#child.stdout?.on("data", findUrl);
      findUrl();
    });
    const failed = this.ended.then(({ code, stderr }) => {
      throw new Error(`the web process ended with ${code}: ${stderr}`);
    });
    return Promise.race([listening, failed]);
  }

  /** Its output on stdout so far. */
  output(): string {
    return this.#stdout;
  }

  /** Its output on stderr so far. */
  errors(): string {
    return this.#stderr;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}
