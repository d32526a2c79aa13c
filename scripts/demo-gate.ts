/** `npm run demo:gate [-- --backend fastapi|go]`: the web app with a backend of examples/gate behind the gate. */
import { parseArgs } from "node:util";
import { backendBehindGate } from "./launch/gate.ts";
import { type BackendName, backendNames } from "./launch/gate-backend.ts";
import { launch } from "./launch/launch.ts";

const usage = `Usage: npm run demo:gate [-- --backend fastapi|go]
Builds what is out of date, and runs the web app, a backend that knows nothing of tokens, and usher-auth gate in
front of it. Default backend: FastAPI where Python is available, or else Go.

Environment: WEB_PORT (3000), API_PORT (the gate's port, 3001), DATA_DIR (.data) and the other variables of
npm start. See: npm start -- --help
`;

process.exitCode = await main();

async function main(): Promise<number> {
  let backend: BackendName | undefined;
  try {
    const { values } = parseArgs({
      options: { backend: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    backend = backendNames.find((name) => name === values.backend);
    if (values.backend !== undefined && backend === undefined)
      throw new Error(`--backend is one of: ${backendNames.join(", ")}`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split(".")[0]}. See: npm run demo:gate -- --help\n`);
    return 1;
  }
  return launch({
    watch: false,
    api: (environment, stopping) => backendBehindGate(backend, environment, stopping),
  });
}
