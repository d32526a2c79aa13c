import { describeFailure } from "./operations/describe-failure.ts";
import { startServer } from "./server.ts";

// The API process. Starts, or says in one line on stderr why not and exits with 1. SIGTERM and SIGINT stop it
// cleanly, with exit code 0; one that comes while it starts is heeded as soon as it has.

// The reader of the log may leave before this process does. Serving goes on without one.
process.stdout.on("error", () => {});

const { promise: stopAsked, resolve: askToStop } = Promise.withResolvers<NodeJS.Signals>();
process.on("SIGTERM", askToStop);
process.on("SIGINT", askToStop);

try {
  const server = await startServer(process.env);
  await server.stop(await stopAsked);
  process.exit(0);
} catch (error) {
  process.stderr.write(`api: ${describeFailure(error)}\n`);
  process.exit(1);
}
