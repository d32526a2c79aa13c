import { readFileSync } from "node:fs";
import type { Page } from "./page.ts";

/** The response to a code, as the contract in `conformance` has it to the byte. */
interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Readonly<Record<string, unknown>>;
}

/** What a page says about a code. Several senders use some of the codes. */
interface Meaning {
  readonly code: string;
  readonly title: string;
  readonly text: string;
}

const index = "errors/index.md";

/** A page for each code that a guard, the proxy, the gate or a framework answers with, made of `docs/errors.md`. */
export function pagesOfErrors(documents: readonly Page[]): Page[] {
  const { markdown } = documents.find(({ path }) => path === index) ?? {};
  if (markdown === undefined) throw new Error("docs/errors.md is not among the documents");
  const responses = responsesOfContract();
  const meanings = [...meaningsInTable(markdown, responses), ...meaningsInText(markdown)];
  const codes = [...new Set(meanings.map(({ code }) => code))];
  const missing = [...responses.keys()].filter((code) => !codes.includes(code));
  if (missing.length > 0) throw new Error(`docs/errors.md lacks ${missing.join(", ")}`);
  return codes.map((code) => {
    const own = meanings.filter((meaning) => meaning.code === code);
    return {
      path: `errors/${code}.md`,
      title: code,
      markdown: `# \`${code}\`\n\n${own.map(({ text }) => text).join("\n\n")}\n\n[All codes](./index.md)\n`,
      frontmatter: {
        title: code,
        description: `What ${code} means: ${own.map(({ title }) => title).join("; ")}`,
        outline: false,
      },
    };
  });
}

/** The list of codes, with a link from each one in its table to the code's page. */
export function linkCodes(list: Page, errors: readonly Page[]): Page {
  const codes = new Set(errors.map(({ title }) => title));
  const markdown = list.markdown.replaceAll(/^\| `([a-z_]+)` \|/gm, (row, code: string) =>
    codes.has(code) ? `| [\`${code}\`](./${code}.md) |` : row,
  );
  return { ...list, markdown };
}

function meaningsInTable(markdown: string, responses: ReadonlyMap<string, Response>): Meaning[] {
  return markdown.split("\n").flatMap((row) => {
    const cells = row.slice("| ".length, -" |".length).split(" | ");
    const [name = "", status = "", , meaning = "", client = "", operator = ""] = cells;
    const [, code] = /^`([a-z_]+)`$/.exec(name) ?? [];
    if (code === undefined || !/^\d{3}$/.test(status) || cells.length !== 6) return [];
    const response = responses.get(code);
    if (response === undefined) throw new Error(`conformance/errors.json has no response for ${code}`);
    const text = [
      `**${status}** · ${capital(meaning)}.`,
      `## What the client should do\n\n${capital(client)}.`,
      `## What the operator should check\n\n${capital(operator)}.`,
      `The log of the API has a hint with the reason, which the client never gets. [The doctor](../guide/doctor.md) finds the cause: \`npx usher-auth doctor\`. Without a network, \`npx usher-auth explain ${code}\` says the same as this page.`,
      `## The response\n\n\`\`\`http\n${messageOf(response)}\n\`\`\``,
    ].join("\n\n");
    return [{ code, title: meaning, text }];
  });
}

/** The codes of the proxy, the gate and the frameworks, which are lists in the text. */
function meaningsInText(markdown: string): Meaning[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const sender = senders.find(([pattern]) => pattern.test(heading))?.[1];
    if (sender === undefined) return [];
    const text = lines.join(" ").replaceAll(/\s+/g, " ");
    // `path_rejected` and `header_rejected` (400: …) share what is in parentheses.
    return [...text.matchAll(/(?:`[a-z_]+`(?:,? and |, )?)+/g)].flatMap(({ 0: list, index: start }) => {
      const statement = statementOf(text.slice(start + list.length));
      if (statement === undefined) return [];
      const { status, note } = statement;
      return [...list.matchAll(/`([a-z_]+)`/g)].map(([, code = ""]) => ({
        code,
        title: sender.name,
        text: `## ${capital(sender.name)}\n\n**${status}**${note ? ` · ${capital(note)}.` : ""}\n\n${sender.more}`,
      }));
    });
  });
}

/** What the text that follows some codes says about them, if it begins with that. */
function statementOf(text: string): { status: string; note?: string | undefined } | undefined {
  if (text.startsWith(" for every other status")) return { status: "Any other status" };
  if (!text.startsWith(" (")) return undefined;
  const [, status, note] = /^(\d{3})(?:[:,]? (.*))?$/.exec(withinParentheses(text.slice(1)) ?? "") ?? [];
  return status === undefined ? undefined : { status, note };
}

/** What is between the parenthesis that a text begins with and the one that closes it. */
function withinParentheses(text: string): string | undefined {
  let depth = 0;
  for (const { 0: parenthesis, index: at } of text.matchAll(/[()]/g)) {
    depth += parenthesis === "(" ? 1 : -1;
    if (depth === 0) return text.slice(1, at);
  }
  return undefined;
}

const senders: readonly (readonly [RegExp, { readonly name: string; readonly more: string }])[] = [
  [
    /^The proxy's own/,
    {
      name: "the proxy on your own site",
      more: "`apiProxy` answers with this code before or instead of the API: [what it refuses](../guide/api-proxy.md#what-it-refuses).",
    },
  ],
  [
    /^The gate's own/,
    {
      name: "the gate",
      more: "`usher-auth gate` answers with this code instead of the backend: [any backend](../guide/any-backend.md).",
    },
  ],
  [
    /^Errors of a framework/,
    {
      name: "an error of the framework",
      more: "Not about authentication. `httpProblem(status)` of `@usher-auth/verify/http` creates it in the same form.",
    },
  ],
];

function messageOf({ status, headers, problem }: Response): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...lines, "", JSON.stringify(problem, null, 2)].join("\n");
}

function responsesOfContract(): Map<string, Response> {
  const file = new URL("../../conformance/errors.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as {
    vectors: { name: string; code: string; responds: Response }[];
  };
  return new Map(
    vectors.filter(({ name, code }) => name === code).map(({ code, responds }) => [code, responds]),
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, "");
}
