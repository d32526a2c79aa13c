import { CannotRun, type Command, defineSubcommand, type ExitCode } from "../command-line/command.ts";
import { commaSeparated, urlValue } from "../command-line/flag-values.ts";
import { dataFolderOf, readSettings } from "../input/environment.ts";
import { escapeControl } from "../output/escape.ts";
import { hasAnySetting } from "../settings/index.ts";
import { renderStatus } from "../status/report.ts";
import { readStatus, type Status } from "../status/status.ts";
import { painterFor } from "../terminal.ts";

const exitCodes: Readonly<Record<Status["state"], ExitCode>> = { healthy: 0, wrong: 1, unknown: 2 };

export const command: Command = defineSubcommand({
  name: "status",
  description:
    "Show the state of the system on one screen: settings, secrets, keys, issuer, clocks, revocations, deliveries, rows. Exits with 0 if all is well, 1 if something is wrong, 2 if that cannot be told. Changes nothing.",
  args: {
    env: {
      type: "string",
      alias: "env-file",
      description: "File with the settings; default: the environment, or .env",
      valueHint: "file",
    },
    issuer: {
      type: "string",
      description: "Better Auth's base URL; default: BETTER_AUTH_URL",
      valueHint: "url",
    },
    health: {
      type: "string",
      description: "The API's health endpoint; default: the API is not asked",
      valueHint: "url",
    },
    "auth-sqlite": {
      type: "string",
      description:
        "Better Auth's SQLite file, if AUTH_DATABASE_URL is not set; default: auth.sqlite in DATA_DIR",
      valueHint: "file",
    },
    except: {
      type: "string",
      description: "Tables that no request reaches, with commas between",
      valueHint: "names",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    { line: "npx usher-auth status --env .env", effect: "Show the state, with the settings of a file" },
    {
      line: "npx usher-auth status --env .env --health https://api.example.com/health/ready",
      effect: "Ask the running API too",
    },
    {
      line: `npx usher-auth status --json | jq '.sections.deliveries'`,
      effect: "Show which backends have not acknowledged a sign-out, for a script",
    },
  ],
  async run(args, terminal) {
    const { environment, name, isFile } = await readSettings(args.env, terminal);
    if (!hasAnySetting(environment)) throw new CannotRun(withoutSettings(isFile));
    const status = await readStatus({
      environment,
      environmentName: name,
      isFile,
      shell: terminal.environment,
      issuer: urlValue(args.issuer, "issuer"),
      health: urlValue(args.health, "health"),
      dataFolder: dataFolderOf(environment, terminal),
      authSqlite: args["auth-sqlite"],
      except: commaSeparated(args.except),
    });
    terminal.output.write(
      args.json
        ? escapeControl(`${JSON.stringify(forScripts(status), null, 2)}\n`)
        : renderStatus(status, painterFor(terminal.output, terminal.environment)),
    );
    return exitCodes[status.state];
  },
});

function withoutSettings(isFile: boolean): string {
  return isFile
    ? "The file has none of the settings that a status reads, such as BETTER_AUTH_URL."
    : "The environment has no settings, such as BETTER_AUTH_URL. Name their file: --env <file>.";
}

function forScripts({ state, sections, notLookedAt }: Status): unknown {
  return {
    state,
    sections: Object.fromEntries(sections.map(({ name, lines, facts }) => [name, { lines, ...facts }])),
    notLookedAt,
  };
}
