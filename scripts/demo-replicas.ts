/** `npm run demo:replicas`: the web app and three API processes that share one Postgres server. */
import { parseArgs } from "node:util";
import { runDemo } from "./replicas/demo.ts";

const usage = `Usage: npm run demo:replicas
Runs the web app (WEB_PORT, 3000), three API processes behind a load balancer (API_PORT, 3001) and an embedded
Postgres server. All data is in a temporary folder, which is deleted at the end. With API_METRICS_PORT, the replicas
serve metrics on that port and the next two. With AUDIT_LOG, the others add .api-2 and .api-3 to its name.
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
if (values.help) process.stdout.write(usage);
else process.exitCode = await runDemo();
