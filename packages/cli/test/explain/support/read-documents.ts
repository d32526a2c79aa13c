import { readFileSync } from "node:fs";
import { causesOf } from "../../../src/explain/causes.ts";
import type { ExplainedError, Sender } from "../../../src/explain/error.ts";

const read = (path: string) => readFileSync(new URL(`../../../../../docs/${path}`, import.meta.url), "utf8");

const senders: Readonly<Record<string, Sender>> = {
  "The proxy's own answers": "the proxy",
  "The gate's own answers": "the gate",
  "Errors of a framework": "a framework",
};

/** Every code of docs/errors.md, in its order. */
export function readErrors(): ExplainedError[] {
  const document = read("errors.md");
  const rows = document.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$/gm);
  const ofApi = [...rows].map((cells): ExplainedError => {
    const [code = "", status, challenge = "", meaning, client, operator] = cells.slice(1).map(plain);
    return {
      code,
      sender: "the API",
      status: Number(status),
      ...(challenge !== "none" && { challenge }),
      ...{ meaning, client, operator },
    };
  });
  const sections = document.split(/^## /m).map((section) => section.split(/\n(.*)/s) as [string, string?]);
  return [...ofApi, ...sections.flatMap(([heading, text = ""]) => readList(text, senders[heading]))];
}

/** Codes in a text: `` `path_rejected` and `header_rejected` (400: the path can be read in two ways) ``. */
function readList(text: string, sender: Sender | undefined): ExplainedError[] {
  if (sender === undefined) return [];
  const groups = text
    .replaceAll(/\s+/g, " ")
    .matchAll(/((?:`[a-z_]+`(?:,? and |, )?)+) \((\d{3})[:,]? ?((?:[^()]|\([^()]*\))*)\)/g);
  const listed = [...groups].flatMap(([, codes = "", status, meaning = ""]) =>
    [...codes.matchAll(/`([a-z_]+)`/g)].map(([, code = ""]) => ({
      code,
      sender,
      status: Number(status),
      ...(meaning !== "" && { meaning: plain(meaning) }),
    })),
  );
  const [, code, meaning] = /`([a-z_]+)` for (every other status)/.exec(text) ?? [];
  return code === undefined ? listed : [...listed, { code, sender, meaning }];
}

/** The examples of the causes that an error may have, from docs/guide/doctor.md. */
export function readExamples(): Record<string, string> {
  const used = new Set<string>(Object.values(causesOf).flat());
  const rows = read("guide/doctor.md").matchAll(/^\| `([a-z0-9_]+)` \| (.+) \|$/gm);
  return Object.fromEntries(
    [...rows]
      .filter(([, id = ""]) => used.has(id))
      .map(([, id = "", examples = ""]) => [id, plain(examples)]),
  );
}

/** Without the links and the code marks of Markdown. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll("`", "");
}
