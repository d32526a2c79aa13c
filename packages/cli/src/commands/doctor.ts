import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { diagnose } from "../doctor/doctor.ts";
import { canBeSent } from "../doctor/http/probe.ts";
import { renderReport } from "../doctor/report.ts";
import { readEnvironment } from "../input/environment.ts";
import { readText } from "../input/text.ts";
import { readToken } from "../input/token.ts";
import { escapeControl } from "../output/escape.ts";
import { nameOfFile } from "../output/redact.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "doctor",
  description: "Say why a token is refused: the most likely cause first, each with its evidence and the fix.",
  args: {
    "token-file": {
      type: "string",
      description: "What is sent as the token, or the whole Authorization header; default: standard input",
      valueHint: "file",
    },
    env: {
      type: "string",
      alias: "env-file",
      description: "The API's settings; default: the environment",
      valueHint: "file",
    },
    issuer: {
      type: "string",
      description: "Better Auth's base URL: asks it for tokens and keys",
      valueHint: "url",
    },
    api: { type: "string", description: "An endpoint that needs a token: sends it there", valueHint: "url" },
    "cookie-file": {
      type: "string",
      description: "The Cookie header of a signed-in browser: has the issuer make a token",
      valueHint: "file",
    },
    origin: {
      type: "string",
      description: "Where the pages come from; default: the issuer's origin",
      valueHint: "url",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "pbpaste | npx usher-auth doctor --env .env",
      effect: "The token in the clipboard, by the API's settings",
    },
    {
      line: "npx usher-auth doctor --token-file token.txt --env .env --issuer http://localhost:3000 --api http://localhost:3001/api/<user id>/tasks",
      effect: "The whole chain",
    },
    {
      line: "npx usher-auth doctor --issuer https://app.example.com --json < /dev/null",
      effect: "The issuer alone, for a script",
    },
  ],
  async run(args, terminal) {
    const cookieFile = args["cookie-file"];
    const isInputTaken = oneAtMost([args.env, args["token-file"], cookieFile]);
    const environment = await readEnvironment(args.env, terminal);
    const report = await diagnose({
      text:
        isInputTaken && args["token-file"] === undefined
          ? undefined
          : await readToken(args["token-file"], terminal),
      environment,
      environmentName: nameOfSettings(args.env),
      isFile: args.env !== undefined,
      issuer: readUrl(args.issuer, "issuer"),
      api: readUrl(args.api, "api"),
      cookie: cookieFile === undefined ? undefined : readCookie(await readText(cookieFile, terminal)),
      origin: readUrl(args.origin, "origin")?.origin,
      dataFolder: environment.DATA_DIR || ".data",
    });
    terminal.output.write(
      args.json
        ? escapeControl(`${JSON.stringify(report, null, 2)}\n`)
        : renderReport(report, painterFor(terminal.output, terminal.environment)),
    );
    return report.findings.length > 0 ? 1 : 0;
  },
});

function readUrl(text: string | undefined, flag: string): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") {
    if (url.username === "" && url.password === "") return url;
    throw new CannotRun(`--${flag} must have no credentials in it: they would be printed.`);
  }
  throw new CannotRun(`--${flag} must be an http:// or https:// address, such as http://localhost:3000.`);
}

/**
 * Whether one of the files is standard input.
 *
 * @throws {CannotRun} Two are: the second would find nothing there.
 */
function oneAtMost(files: readonly (string | undefined)[]): boolean {
  const count = files.filter((file) => file === "-").length;
  if (count > 1) throw new CannotRun("Only one file can come from standard input. Name the others.");
  return count === 1;
}

function nameOfSettings(file: string | undefined): string {
  if (file === undefined) return "the environment";
  return file === "-" ? "standard input" : nameOfFile(file);
}

function readCookie(text: string): string {
  const cookie = text.trim().replace(/^cookie:\s*/i, "");
  if (canBeSent(cookie)) return cookie;
  throw new CannotRun("--cookie-file must hold one Cookie header, on one line, as a browser sends it.");
}
