import { readConfig } from "./config/config.ts";
import { startWeb } from "./start-web.ts";
import { StartupError } from "./startup-error.ts";

// No telemetry, whatever the environment says.
process.env.BETTER_AUTH_TELEMETRY = "0";

try {
  const config = readConfig(process.env);
  const web = await startWeb(config);
  process.stdout.write(`web secret fingerprint ${config.secrets.fingerprint}\n`);
  process.stdout.write(`web listening on ${web.url}\n`);
  stopOnSignal(() => web.close());
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`web cannot start: ${error.message}\n`);
  process.exitCode = 1;
}

/** The first SIGTERM or Ctrl-C lets requests in progress finish. The second exits at once. */
function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    await close();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
