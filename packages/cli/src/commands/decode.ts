import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { explainToken } from "../input/explain-token.ts";
import { readToken } from "../input/token.ts";
import { escapeControl } from "../output/escape.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "decode",
  description: "Show a token's header, claims and times. Does not verify the token.",
  args: {
    "token-file": {
      type: "string",
      description: "File with the token; default: standard input",
      valueHint: "file",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    { line: "pbpaste | npx usher-auth decode", effect: "Show the token in the clipboard" },
    { line: "npx usher-auth decode --token-file token.txt --json", effect: "Print JSON for a script" },
  ],
  async run(args, terminal) {
    const text = await readToken(args["token-file"], terminal);
    if (!text) throw new CannotRun("Pass a token on standard input or with --token-file.");
    const explained = explainToken(text, Math.floor(Date.now() / 1000));
    if (explained === undefined) {
      throw new CannotRun(
        "This is not a JWT: it does not have three segments with JSON in the first two. Run usher-auth doctor to find out more.",
      );
    }
    const { kind, header, claims, times } = explained;
    if (args.json) {
      terminal.output.write(
        escapeControl(`${JSON.stringify({ verified: false, kind, header, claims, times }, null, 2)}\n`),
      );
      return 0;
    }
    const paint = painterFor(terminal.output, terminal.environment);
    terminal.output.write(
      [
        paint(
          ["bold", "yellow"],
          "NOT VERIFIED: anyone could have written this. Run usher-auth doctor to verify it.",
        ),
        `It says that it is ${kind}.`,
        "",
        `${paint("bold", "header")} ${escapeControl(JSON.stringify(header, null, 2))}`,
        `${paint("bold", "claims")} ${escapeControl(JSON.stringify(claims, null, 2))}`,
        ...Object.entries(times).map(([name, words]) => `${paint("bold", name)} ${words}`),
        "",
      ].join("\n"),
    );
    return 0;
  },
});
