import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { closest } from "../command-line/did-you-mean.ts";
import { errors } from "../explain/errors.ts";
import { errorsWith, explainedCauses, renderExplanation, renderList } from "../explain/render.ts";
import { painterFor } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "explain",
  description:
    "Show what an error code means, for the client and for the operator, and which causes the doctor knows. Lists all codes if none is given. Needs no network.",
  args: {
    code: {
      type: "positional",
      description: "The code of a problem body or of a log line, such as token_expired",
      required: false,
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    { line: "npx usher-auth explain token_expired", effect: "Explain a code" },
    { line: "npx usher-auth explain", effect: "List all codes" },
    { line: "npx usher-auth explain owner_mismatch --json", effect: "Explain a code, for a script" },
  ],
  async run(args, terminal) {
    const found = args.code === undefined ? errors : errorsWith(readCode(args.code));
    const paint = painterFor(terminal.output, terminal.environment);
    if (args.json) {
      const entries = found.map((error) => ({ ...error, causes: explainedCauses(error) }));
      terminal.output.write(`${JSON.stringify(entries, null, 2)}\n`);
    } else if (args.code === undefined) terminal.output.write(renderList(paint));
    else terminal.output.write(found.map((error) => renderExplanation(error, paint)).join("\n"));
    return 0;
  },
});

/** A code as it is, or the `type` of a problem body, which ends with it. */
function readCode(text: string): string {
  const code = text.trim().replace(/^urn:usher-auth:error:/, "");
  if (errorsWith(code).length > 0) return code;
  // The text is not repeated: it may be a token.
  const meant = closest(code, [...new Set(errors.map((error) => error.code))]);
  throw new CannotRun(
    meant === undefined
      ? "There is no such code. usher-auth explain lists them."
      : `There is no such code. Did you mean ${meant}?`,
  );
}
