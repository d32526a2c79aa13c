import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { urlValue } from "../command-line/flag-values.ts";
import { diagnose } from "../doctor/doctor.ts";
import { issuerUrl } from "../doctor/facts/base-url.ts";
import { canBeSent } from "../doctor/http/probe.ts";
import type { ProductionTargets } from "../doctor/production/targets.ts";
import { renderReport } from "../doctor/report.ts";
import { dataFolderOf, readSettings } from "../input/environment.ts";
import { readText } from "../input/text.ts";
import { readToken } from "../input/token.ts";
import { escapeControl } from "../output/escape.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "doctor",
  description:
    "Find out why a token is rejected. Shows the most likely cause first, with the evidence and the fix. For the state of the whole system, see usher-auth status.",
  args: {
    "token-file": {
      type: "string",
      description: "File with the token or the whole Authorization header; default: standard input",
      valueHint: "file",
    },
    env: {
      type: "string",
      alias: "env-file",
      description: "File with the API's settings; default: the environment, or .env",
      valueHint: "file",
    },
    issuer: {
      type: "string",
      description: "Better Auth's base URL: checks its tokens and keys",
      valueHint: "url",
    },
    api: {
      type: "string",
      description: "An endpoint that needs a token: sends the token to it",
      valueHint: "url",
    },
    "cookie-file": {
      type: "string",
      description: "File with the Cookie header of a signed-in browser: asks the issuer for a token",
      valueHint: "file",
    },
    origin: {
      type: "string",
      description: "Origin of the pages that call the API; default: the issuer's",
      valueHint: "url",
    },
    production: {
      type: "boolean",
      description: "Check what production needs too: https, databases, logout endpoint, metrics, risks",
    },
    health: {
      type: "string",
      description: "With --production: the API's health endpoint",
      valueHint: "url",
    },
    logout: {
      type: "string",
      description: "With --production: the API's logout endpoint; default: API_URL + /backchannel-logout",
      valueHint: "url",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "pbpaste | npx usher-auth doctor --env .env",
      effect: "Check the token in the clipboard with the API's settings",
    },
    {
      line: "npx usher-auth doctor --token-file token.txt --env .env --issuer http://localhost:3000 --api http://localhost:3001/api/<user id>/tasks",
      effect: "Check the settings, the issuer and the API",
    },
    {
      line: "npx usher-auth doctor --issuer https://app.example.com --json < /dev/null",
      effect: "Check only the issuer, for a script",
    },
    {
      line: "npx usher-auth doctor --production --env .env --health https://api.example.com/health/ready < /dev/null",
      effect: "Check before going live",
    },
  ],
  async run(args, terminal) {
    const cookieFile = args["cookie-file"];
    const isInputTaken = oneAtMost([args.env, args["token-file"], cookieFile]);
    const { environment, name, isFile } = await readSettings(args.env, terminal);
    const production = readProduction(args);
    const givenIssuer = urlValue(args.issuer, "issuer");
    const report = await diagnose({
      text:
        isInputTaken && args["token-file"] === undefined
          ? undefined
          : await readToken(args["token-file"], terminal),
      environment,
      environmentName: name,
      isFile,
      // What goes live has an issuer, and the settings name it.
      issuer: givenIssuer ?? (production && issuerUrl(environment)),
      api: urlValue(args.api, "api"),
      cookie: cookieFile === undefined ? undefined : readCookie(await readText(cookieFile, terminal)),
      origin: urlValue(args.origin, "origin")?.origin,
      production,
      dataFolder: dataFolderOf(environment, terminal),
    });
    terminal.output.write(
      args.json
        ? escapeControl(`${JSON.stringify(report, null, 2)}\n`)
        : renderReport(report, painterFor(terminal.output, terminal.environment)),
    );
    return report.findings.length > 0 ? 1 : 0;
  },
});

/** @throws {CannotRun} An option that needs --production is given without it. */
function readProduction(args: {
  readonly production?: boolean | undefined;
  readonly health?: string | undefined;
  readonly logout?: string | undefined;
}): ProductionTargets | undefined {
  const targets = { health: urlValue(args.health, "health"), logout: urlValue(args.logout, "logout") };
  if (args.production) return targets;
  const [alone] = Object.entries(targets).filter(([, url]) => url !== undefined);
  if (alone !== undefined) throw new CannotRun(`--${alone[0]} needs --production.`);
  return undefined;
}

/**
 * Whether one of the files is standard input.
 *
 * @throws {CannotRun} More than one is.
 */
function oneAtMost(files: readonly (string | undefined)[]): boolean {
  const count = files.filter((file) => file === "-").length;
  if (count > 1) throw new CannotRun("Only one option can be - (standard input).");
  return count === 1;
}

function readCookie(text: string): string {
  const cookie = text.trim().replace(/^cookie:\s*/i, "");
  if (canBeSent(cookie)) return cookie;
  throw new CannotRun("--cookie-file must contain one Cookie header on one line, as a browser sends it.");
}
