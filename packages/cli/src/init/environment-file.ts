import { parseEnv } from "node:util";
import { withoutLastSlash } from "./address.ts";
import type { Answers } from "./answers.ts";

/** The variables of both sides, with what they are. */
export function variablesOf({
  keys,
  apiUrl,
  issuerUrl,
}: Answers): readonly { name: string; value: string; comment: string }[] {
  return [
    { name: "BETTER_AUTH_URL", value: issuerUrl, comment: "Better Auth's baseURL: the issuer of tokens" },
    { name: "API_URL", value: apiUrl, comment: "The API's name in tokens: their audience" },
    keys === "secret"
      ? {
          name: "BETTER_AUTH_SECRET",
          value: "",
          comment: "The same at Better Auth and at the API: openssl rand -base64 32",
        }
      : {
          name: "USHER_JWKS_URL",
          value: `${withoutLastSlash(issuerUrl)}/api/auth/jwks`,
          comment: "Where Better Auth publishes its keys",
        },
  ];
}

/** The text of `.env.example` with the variables that it lacks, commented ones counted as present. */
export function exampleWith(text: string | undefined, answers: Answers): string {
  const known = text ?? "";
  const lineEnding = known.includes("\r\n") ? "\r\n" : "\n";
  const names = new Set(known.split(/\r?\n/).map(nameIn));
  const missing = variablesOf(answers).filter(({ name }) => !names.has(name));
  if (missing.length === 0) return known;
  const lines = missing.flatMap(({ name, value, comment }) => [`# ${comment}`, `${name}=${value}`]);
  const gap = known === "" ? "" : known.endsWith("\n") ? lineEnding : lineEnding + lineEnding;
  return `${known}${gap}${lines.join(lineEnding)}${lineEnding}`;
}

/**
 * The names of the variables in a `.env.example` that the `.env` lacks. Those of Usher need a value.
 *
 * @param variables Those of the `.env`, and whether each has a value.
 */
export function missingVariables(
  example: string,
  variables: ReadonlyMap<string, boolean>,
  answers: Answers,
): string[] {
  const ours = new Set(variablesOf(answers).map(({ name }) => name));
  const names = Object.keys(parseEnv(example)).sort();
  return names.filter((name) => (ours.has(name) ? !variables.get(name) : !variables.has(name)));
}

/** The variable that a line sets, perhaps in a comment. */
function nameIn(line: string): string {
  const [start = ""] = line.split("=", 1);
  return start.replaceAll("#", " ").trim().split(/[ \t]/).at(-1) ?? "";
}
