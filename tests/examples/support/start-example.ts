import { randomBytes } from "node:crypto";
import { freePort } from "@usher-auth/e2e/free-port";
import { runScript, temporaryFolder } from "./example-process.ts";

/** An example that listens. */
export interface StartedExample {
  /** The origin of its web app. */
  readonly webUrl: string;
  /** The origin of its API. */
  readonly apiUrl: string;
  /** The folder of its databases. */
  readonly dataFolder: string;
  /** What its processes have printed so far. */
  output(): string;
  /** Ends its processes, and deletes its data. */
  stop(): Promise<void>;
}

/** Milliseconds. */
const timeout = 100_000;

/**
 * Runs `npm start` of an example that is installed and built, on free ports and with an empty folder for its
 * data. All examples read `WEB_PORT`, `API_PORT`, `DATA_DIR` and `BETTER_AUTH_SECRET`, and print `Web app`
 * and `API` with their addresses once both answer.
 *
 * @param environment - more variables
 * @param script - the npm script. Default: `start`
 */
export async function startExample(
  example: string,
  environment: Record<string, string> = {},
  script = "start",
): Promise<StartedExample> {
  const data = temporaryFolder();
  const [webPort, apiPort] = [await freePort(), await freePort()];
  const running = runScript(example, script, {
    WEB_PORT: String(webPort),
    API_PORT: String(apiPort),
    DATA_DIR: data.path,
    BETTER_AUTH_SECRET: randomBytes(32).toString("base64url"),
    ...environment,
  });
  const stop = async () => {
    await running.stop();
    data.remove();
  };
  const urlAfter = (label: string) =>
    new RegExp(`^${label}:? +(http://\\S+)`, "m").exec(running.output())?.[1];
  const deadline = Date.now() + timeout;
  for (;;) {
    const [webUrl, apiUrl] = [urlAfter("Web app"), urlAfter("API")];
    if (webUrl !== undefined && apiUrl !== undefined)
      return { webUrl, apiUrl, dataFolder: data.path, output: running.output, stop };
    if (running.child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`examples/${example} did not start:\n${running.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
