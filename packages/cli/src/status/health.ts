import { jsonOf, probe } from "../doctor/http/probe.ts";
import { clockOf, type WithClock } from "./issuer.ts";
import { line, type Section } from "./section.ts";
import { shownUrl } from "./shown-url.ts";

/** What a health endpoint may say of each part: words and numbers, as the demo's does. */
const shortest = /^[\w -]{1,40}$/;

/** What a running API says about itself. Undefined: its health endpoint was not named. */
export async function healthSection(url: URL | undefined): Promise<WithClock | undefined> {
  if (url === undefined) return undefined;
  const answer = await probe(url);
  const address = shownUrl(url.href);
  if (answer.kind === "none") {
    const text = `${address} cannot be reached: ${answer.reason}`;
    return { section: section([line("wrong", text)], { status: null }), clock: undefined };
  }
  const { status } = answer;
  const parts = Object.fromEntries(
    Object.entries(jsonOf(answer)).filter(
      ([name, value]) =>
        shortest.test(name) &&
        (typeof value === "number" || (typeof value === "string" && shortest.test(value))),
    ),
  );
  const state = status >= 200 && status < 300 ? "ok" : "wrong";
  return {
    section: section(
      [
        line(state, `${address} answers ${status}`),
        ...(Object.keys(parts).length === 0 ? [] : [line("note", inWords(parts))]),
      ],
      { status, parts },
    ),
    clock: clockOf("the API", url.host, answer),
  };
}

function inWords(parts: Readonly<Record<string, unknown>>): string {
  return Object.entries(parts)
    .slice(0, 10)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function section(lines: Section["lines"], facts: Section["facts"]): Section {
  return { name: "api", lines, facts };
}
