import { describeFailure } from "./operations/describe-failure.ts";
import { startServer } from "./server.ts";

// The API process. If it cannot start, it prints one line to stderr and exits with 1. SIGTERM and SIGINT stop
// it cleanly, with exit code 0. A signal that arrives during the start is handled right after it.

// The reader of the log may exit first. The API then serves without a log.
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
