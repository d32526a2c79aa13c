import { resolve } from "node:path";
import { CannotRun, type Command, defineSubcommand, type ExitCode } from "../command-line/command.ts";
import { urlValue } from "../command-line/flag-values.ts";
import { withoutLastSlash } from "../init/address.ts";
import type { Answers } from "../init/answers.ts";
import { type FrameworkName, frameworkNames } from "../init/frameworks.ts";
import { otherValues } from "../init/other-values.ts";
import type { Plan } from "../init/plan.ts";
import { escapeControl, escapeLine } from "../output/escape.ts";
import { painterFor, type Terminal } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "init",
  description:
    "Add the guard to an API: its file, the lines that use it, the plugin in Better Auth's config, settings and a test. In an empty folder, a new project. Overwrites nothing; running it again changes nothing.",
  args: {
    folder: { type: "positional", description: "The API's folder; default: this one", required: false },
    framework: {
      type: "string",
      description: `What the API is written in: ${frameworkNames.join(", ")}; default: what its package.json and source say`,
      valueHint: "name",
    },
    issuer: {
      type: "string",
      description:
        "Where Better Auth runs; default: BETTER_AUTH_URL in .env, else its config in this project",
      valueHint: "url",
    },
    api: {
      type: "string",
      description:
        "The API's address, the audience of its tokens; default: API_URL in .env, else http://localhost:3001",
      valueHint: "url",
    },
    keys: {
      type: "string",
      description: "What signs tokens: secret (both sides have it) or jwks (a key pair of Better Auth)",
      valueHint: "secret|jwks",
    },
    yes: { type: "boolean", alias: "y", description: "Ask nothing: take the defaults" },
    "dry-run": { type: "boolean", description: "Print the changes as a unified diff, and change nothing" },
    json: { type: "boolean", description: "Ask nothing, and print JSON" },
  },
  examples: [
    { line: "npx usher-auth init", effect: "Guard the API in this folder" },
    { line: "npx usher-auth init --dry-run", effect: "Show what it would change" },
    {
      line: "npx usher-auth init my-api --framework fastify --yes",
      effect: "A new project in the folder my-api",
    },
  ],
  exitCode1: "something is left to you",
  async run(args, terminal) {
    const wishes = {
      framework: frameworkValue(args.framework),
      issuer: addressValue(args.issuer, "issuer"),
      api: addressValue(args.api, "api"),
      keys: keysValue(args.keys),
    };
    const [{ readProject }, { decide }, { makePlan }] = await Promise.all([
      import("../init/project/project.ts"),
      import("../init/decide.ts"),
      import("../init/make-plan.ts"),
    ]);
    const folder = resolve(terminal.folder, args.folder ?? ".");
    const project = await readProject(folder, terminal.folder);
    const asks = !args.yes && !args.json && isInteractive(terminal);
    const questions = asks ? (await import("../init/ask.ts")).askOn(terminal) : undefined;
    const answers = await decide(project, wishes, questions);
    const made = makePlan(project, answers);
    const plan = { ...made, manual: [...made.manual, ...otherValues(project, wishes)] };
    const isDry = args["dry-run"] === true;
    if (!isDry) (await import("../init/write/write-plan.ts")).writePlan(folder, plan.changes);
    const { diffOf } = await import("../init/show-diff.ts");
    if (args.json) {
      const result = { ...resultOf(answers, plan), written: !isDry && plan.changes.length > 0 };
      const changes = plan.changes.map((change) => ({
        kind: change.kind,
        path: change.path,
        diff: diffOf(change),
      }));
      terminal.output.write(escapeControl(`${JSON.stringify({ ...result, changes }, null, 2)}\n`));
    } else if (isDry) {
      terminal.output.write(readable(plan.changes.map(diffOf).join("")));
      report(plan, answers, { ...terminal, output: terminal.errors }, "would be");
    } else report(plan, answers, terminal, "was");
    return exitCodeOf(plan);
  },
});

/** 1: something is left for a person. */
function exitCodeOf({ manual }: Plan): ExitCode {
  return manual.length > 0 ? 1 : 0;
}

function resultOf({ framework, issuer, keys, apiUrl, issuerUrl }: Answers, { present, manual, next }: Plan) {
  return { framework, issuer, keys, apiUrl, issuerUrl, present, manual, next };
}

function report(
  { changes, present, manual, next }: Plan,
  { framework, keys }: Answers,
  { output, environment }: Terminal,
  verb: string,
): void {
  const paint = painterFor(output, environment);
  const write = (text: string) => output.write(`${text}\n`);
  write(`${framework}, tokens signed by ${keys === "secret" ? "a shared secret" : "a key pair"}`);
  for (const { kind, path } of changes)
    write(`${paint("green", "✓")} ${escapeLine(path)} ${verb} ${kind === "create" ? "created" : "edited"}`);
  for (const one of present) write(`${paint("gray", "=")} there already: ${escapeLine(one)}`);
  for (const { path, why, lines } of manual) {
    write(`\n${paint("yellow", "!")} ${escapeLine(path)}: to be edited by you, since ${escapeLine(why)}`);
    if (lines !== "") write(readable(lines).replace(/^/gm, "    "));
  }
  if (next.length > 0) write("\nNext:");
  for (const step of next) write(`  ${escapeLine(step)}`);
}

/** Code for a terminal: its tabs and line endings stay. */
function readable(code: string): string {
  return code.replaceAll("\r\n", "\n").split("\t").map(escapeControl).join("\t");
}

function isInteractive({ input, errors }: Terminal): boolean {
  return "isTTY" in input && input.isTTY === true && errors.isTTY === true;
}

function frameworkValue(text: string | undefined): FrameworkName | undefined {
  if (text === undefined) return undefined;
  const found = frameworkNames.find((name) => name === text.toLowerCase());
  if (found !== undefined) return found;
  throw new CannotRun(`--framework must be one of ${frameworkNames.join(", ")}.`);
}

function keysValue(text: string | undefined): Answers["keys"] | undefined {
  if (text === undefined || text === "secret" || text === "jwks") return text;
  throw new CannotRun("--keys must be secret or jwks.");
}

/** Without a trailing slash: the audience is compared as text. */
function addressValue(text: string | undefined, flag: string): string | undefined {
  const url = urlValue(text, flag);
  if (url === undefined || text === undefined) return undefined;
  if (url.search !== "" || url.hash !== "")
    throw new CannotRun(`--${flag} must be an address without ? and #.`);
  return withoutLastSlash(text);
}
