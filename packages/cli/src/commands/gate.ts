import { type Command, defineSubcommand } from "../command-line/command.ts";
import { startGate } from "../gate/gate.ts";
import { explain, explainJson } from "../gate/policy/explain.ts";
import { loadPolicy } from "../gate/policy/source.ts";
import { createLog, readLogLevel } from "../gate/server/log.ts";
import { catchSignals } from "../gate/server/signals.ts";
import { settingsFlags } from "../gate/settings/flags.ts";
import { readSettings } from "../gate/settings/read-settings.ts";
import { readEnvironment } from "../input/environment.ts";
import { readText } from "../input/text.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "gate",
  description:
    "Guard a backend in any language: a reverse proxy that verifies tokens, with the rules of the backend's OpenAPI document. Also answers nginx, Caddy, Traefik, HAProxy and Envoy.",
  args: {
    ...settingsFlags,
    env: {
      type: "string",
      alias: "env-file",
      description:
        "File with BETTER_AUTH_URL, API_URL, BETTER_AUTH_SECRET and others; default: the environment, or .env",
      valueHint: "file",
    },
    explain: { type: "boolean", description: "Print the routes and what guards each, and exit" },
    json: { type: "boolean", description: "With --explain: print JSON" },
  },
  examples: [
    {
      line: "npx usher-auth gate --upstream http://127.0.0.1:8000 --openapi http://127.0.0.1:8000/openapi.json --owner-param user_id",
      effect: "Guard a backend on this machine, with settings from the environment",
    },
    {
      line: "npx usher-auth gate --config usher.gate.yaml --env .env --explain",
      effect: "Show which routes the gate knows, and who may call them",
    },
    {
      line: "npx usher-auth gate --openapi openapi.yaml --trusted-proxy 127.0.0.1",
      effect: "Only answer an nginx on this machine",
    },
  ],
  async run(args, terminal) {
    const environment = await readEnvironment(args.env, terminal);
    const settings = await readSettings(args, environment, (path) => readText(path, terminal));
    if (args.explain) {
      const policy = await loadPolicy(settings);
      const paint = painterFor(terminal.output, terminal.environment);
      terminal.output.write(args.json ? explainJson(policy) : explain(policy, paint));
      return 0;
    }
    const log = createLog(readLogLevel(environment), terminal.output, terminal.environment);
    const signals = catchSignals();
    try {
      const gate = await startGate(settings, environment, log);
      log.info(`the gate listens on ${gate.url}`, {
        upstream: settings.upstream?.origin,
        openapi: settings.openapi?.replace(/\?.*$/s, ""),
        revocations: settings.revocations,
      });
      log.info(`the gate is stopping (${await signals.first})`);
      await gate.close();
      log.info("the gate has stopped");
      return 0;
    } finally {
      signals.release();
      log.close();
    }
  },
});
