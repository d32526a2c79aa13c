/** `npm run demo:replicas`: the web app, and three API processes that share one real Postgres. */
import { parseArgs } from "node:util";
import { runDemo } from "./replicas/demo.ts";

const usage = `Usage: npm run demo:replicas
Runs the web app (WEB_PORT, 3000) and a balancer (API_PORT, 3001) before three API processes on one embedded Postgres
server, for trying things out. Everything is in a temporary folder and is deleted in the end.
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
if (values.help) process.stdout.write(usage);
else process.exitCode = await runDemo();
