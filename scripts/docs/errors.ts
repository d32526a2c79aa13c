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
  const rows = markdown.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$/gm);
  return [...rows].map(([, code = "", status, , meaning = "", client = "", operator = ""]) => {
    const response = responses.get(code);
    if (response === undefined) throw new Error(`conformance/errors.json has no response for ${code}`);
    const text = [
      `**${status}** · ${capital(meaning)}.`,
      `## What the client should do\n\n${capital(client)}.`,
      `## What the operator should check\n\n${capital(operator)}.`,
      `The log of the API has a hint with the reason, which the client never gets. [The doctor](../guide/doctor.md) finds the cause: \`npx usher-auth doctor\`. Without a network, \`npx usher-auth explain ${code}\` says the same as this page.`,
      `## The response\n\n\`\`\`http\n${messageOf(response)}\n\`\`\``,
    ].join("\n\n");
    return { code, title: meaning, text };
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
    const lists = text.matchAll(
      /((?:`[a-z_]+`(?:,? and |, )?)+) (?:\((\d{3})(?:[:,]? ([^()]*(?:\([^()]*\)[^()]*)*))?\)|for every other status)/g,
    );
    return [...lists].flatMap(([, list = "", status = "Any other status", note]) =>
      [...list.matchAll(/`([a-z_]+)`/g)].map(([, code = ""]) => ({
        code,
        title: sender.name,
        text: `## ${capital(sender.name)}\n\n**${status}**${note ? ` · ${capital(note)}.` : ""}\n\n${sender.more}`,
      })),
    );
  });
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
