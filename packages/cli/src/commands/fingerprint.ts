import { secretFingerprint } from "@usher-auth/verify/keys";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { readEnvironment } from "../input/environment.ts";
import { type NamedSecret, secretsIn } from "../input/secrets.ts";
import { readText } from "../input/text.ts";
import { escapeControl, escapeLine } from "../output/escape.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "fingerprint",
  description: "Show the fingerprint of a secret. Two sides with the same fingerprint have the same secret.",
  args: {
    env: {
      type: "string",
      alias: "env-file",
      description: "File with the settings; default: the environment, or .env",
      valueHint: "file",
    },
    "secret-file": {
      type: "string",
      description: "File with only a secret; - is standard input",
      valueHint: "file",
    },
    expect: {
      type: "string",
      description: "Exit with 1 unless the signing secret has this fingerprint",
      valueHint: "hex",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "npx usher-auth fingerprint --env .env",
      effect: "Show the fingerprint of each secret in the API's settings",
    },
    {
      line: "npx usher-auth fingerprint --expect 0123456789abcdef",
      effect: "Check whether the API has the secret whose fingerprint the web app printed",
    },
  ],
  async run(args, terminal) {
    const secrets: NamedSecret[] =
      args["secret-file"] === undefined
        ? secretsIn(await readEnvironment(args.env, terminal))
        : [{ name: "secret", value: await secretText(args["secret-file"]), signs: true }];
    if (secrets.length === 0) {
      throw new CannotRun(
        "Neither BETTER_AUTH_SECRET nor BETTER_AUTH_SECRETS is set. Use --env or --secret-file.",
      );
    }
    const rows = secrets.map(({ name, value, signs }) => ({
      name,
      fingerprint: secretFingerprint(value),
      signs,
    }));
    const signing = rows.find(({ signs }) => signs);
    const matches = args.expect === undefined || signing?.fingerprint === args.expect.trim().toLowerCase();

    if (args.json) {
      terminal.output.write(
        escapeControl(
          `${JSON.stringify({ secrets: rows, ...(args.expect !== undefined && { matches }) }, null, 2)}\n`,
        ),
      );
    } else {
      const paint = painterFor(terminal.output, terminal.environment);
      for (const { name, fingerprint, signs } of rows) {
        terminal.output.write(`${paint("bold", fingerprint)}  ${name}${signs ? "" : " (does not sign)"}\n`);
      }
      if (!matches)
        terminal.output.write(
          `${paint("red", "not the expected secret:")} ${escapeLine(args.expect ?? "")}\n`,
        );
    }
    return matches ? 0 : 1;

    async function secretText(path: string): Promise<string> {
      const text = (await readText(path, terminal)).replace(/\r?\n$/, "");
      if (text === "") throw new CannotRun("The secret is empty.");
      return text;
    }
  },
});
