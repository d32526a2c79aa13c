import type { Revocation } from "@usher-auth/verify/revocation";
import { type Command, defineSubcommand } from "../command-line/command.ts";
import { readEnvironment } from "../input/environment.ts";
import { escapeControl } from "../output/escape.ts";
import { withStore } from "../revocations/database.ts";
import { escapeId, instantOf } from "../revocations/format.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "revocations",
  description: "List the revocations that are still in effect, and who made them, newest first.",
  args: {
    env: {
      type: "string",
      alias: "env-file",
      description: "File with DATABASE_URL; default: the environment, or .env",
      valueHint: "file",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "npx usher-auth revocations --env .env",
      effect: "List all revocations, with the API's settings",
    },
    {
      line: `npx usher-auth revocations --json | jq '.revocations[] | select(.kind == "user")'`,
      effect: "List only users, for a script",
    },
  ],
  async run(args, terminal) {
    const environment = await readEnvironment(args.env, terminal);
    const found: Revocation[] = [];
    await withStore(environment, async (store) => {
      for await (const batch of store.load())
        for (const revocation of batch) found.push(shortened(revocation));
    });
    found.sort((one, other) => other.before - one.before);

    if (args.json) {
      terminal.output.write(escapeControl(`${JSON.stringify({ revocations: found }, null, 2)}\n`));
      return 0;
    }
    const paint = painterFor(terminal.output, terminal.environment);
    for (const { kind, id, before, by } of found) {
      const maker = by === undefined ? "" : paint("dim", `  by ${escapeId(by)}`);
      terminal.output.write(
        `${paint("dim", instantOf(before))}  ${kind.padEnd("session".length)}  ${escapeId(id)}${maker}\n`,
      );
    }
    if (found.length === 0) terminal.errors.write("Nothing is revoked.\n");
    return 0;
  },
});

/** A row that was written by hand may have a `by` of any length. */
function shortened({ by, ...revocation }: Revocation): Revocation {
  return { ...revocation, ...(by !== undefined && { by: by.slice(0, longestMaker) }) };
}

const longestMaker = 200;
