import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { readToken } from "../input/token.ts";
import { describeKind } from "../input/token-kind.ts";
import { readUnverified } from "../input/unverified-jwt.ts";
import { instantInWords } from "../output/duration.ts";
import { escapeControl } from "../output/escape.ts";
import { painterFor } from "../terminal.ts";

/** Common claims that are times. */
const instants = ["iat", "nbf", "exp", "auth_time"];

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
    const token = text.trim().replace(/^(?:authorization: *)?bearer +/i, "");
    const jwt = readUnverified(token);
    if (jwt === undefined) {
      throw new CannotRun(
        "This is not a JWT: it does not have three segments with JSON in the first two. Run usher-auth doctor to find out more.",
      );
    }
    const now = Math.floor(Date.now() / 1000);
    const times = Object.fromEntries(
      instants.flatMap((name) => {
        const value = jwt.claims[name];
        return typeof value === "number" ? [[name, instantInWords(value, now)]] : [];
      }),
    );
    if (args.json) {
      terminal.output.write(
        escapeControl(
          `${JSON.stringify({ verified: false, kind: describeKind(jwt), ...jwt, times }, null, 2)}\n`,
        ),
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
        `It says that it is ${describeKind(jwt)}.`,
        "",
        `${paint("bold", "header")} ${escapeControl(JSON.stringify(jwt.header, null, 2))}`,
        `${paint("bold", "claims")} ${escapeControl(JSON.stringify(jwt.claims, null, 2))}`,
        ...Object.entries(times).map(([name, words]) => `${paint("bold", name)} ${words}`),
        "",
      ].join("\n"),
    );
    return 0;
  },
});
