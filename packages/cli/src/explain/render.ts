import type { Paint } from "../terminal.ts";
import { causesOf } from "./causes.ts";
import type { ExplainedError, Sender } from "./error.ts";
import { errors, examples } from "./errors.ts";

/** A cause that the doctor finds, with what was wrong where it was seen. */
export interface ExplainedCause {
  readonly id: string;
  readonly examples: string;
}

/** The errors that have this code, one for each sender. */
export function errorsWith(code: string): readonly ExplainedError[] {
  return errors.filter((error) => error.code === code);
}

/** The causes that the doctor knows for a code of the API. */
export function explainedCauses({ code, sender }: ExplainedError): readonly ExplainedCause[] {
  const causes = sender === "the API" && Object.hasOwn(causesOf, code) ? (causesOf[code] ?? []) : [];
  return causes.map((id) => ({ id, examples: examples[id] ?? "" }));
}

/** What a code means, as text. */
export function renderExplanation(error: ExplainedError, paint: Paint): string {
  const { code, sender, status, challenge, meaning, client, operator } = error;
  const causes = explainedCauses(error);
  const width = Math.max(...causes.map(({ id }) => id.length));
  const parts = [
    ["Meaning", meaning],
    ["Client", client],
    ["Operator", operator],
    ["More", moreOn[sender]],
  ] as const;
  return [
    `${paint("bold", code)}: ${status ?? "an error"} from ${sender}${challenge === undefined ? "" : `, challenge error ${challenge}`}`,
    "",
    ...parts.flatMap(([name, text]) =>
      text === undefined ? [] : [`${paint("cyan", name.padEnd(8))}  ${text}.`],
    ),
    ...(causes.length === 0
      ? []
      : [
          "",
          "What the doctor finds behind it:",
          ...causes.map((cause) => `  ${paint("cyan", cause.id.padEnd(width))}  ${cause.examples}`),
          "",
          "To find out which: npx usher-auth doctor --token-file token.txt",
        ]),
    "",
  ].join("\n");
}

/** All codes, a line each. */
export function renderList(paint: Paint): string {
  const width = Math.max(...errors.map(({ code }) => code.length));
  const bySender = Map.groupBy(errors, ({ sender }) => sender);
  return [...bySender]
    .flatMap(([sender, ofSender]) => [
      paint("bold", `From ${sender}`),
      ...ofSender.map(({ code, status, meaning = "" }) =>
        `  ${paint("cyan", code.padEnd(width))}  ${status}  ${meaning}`.trimEnd(),
      ),
      "",
    ])
    .join("\n");
}

/** Where the documentation says more of the codes that do not come from the guard. */
const moreOn: Readonly<Record<Sender, string | undefined>> = {
  "the API": undefined,
  "the proxy":
    "the proxy on the page's own site answers before or instead of the API: docs/guide/api-proxy.md",
  "the gate": "usher-auth gate answers instead of the backend: docs/guide/any-backend.md",
  "a framework": "the request failed for a reason other than authentication",
};
