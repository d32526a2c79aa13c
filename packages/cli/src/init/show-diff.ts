import { createTwoFilesPatch } from "diff";
import type { Change } from "./plan.ts";

/** The unified diff of a change. Values that look like secrets are left out: it may be pasted somewhere. */
export function diffOf(change: Change): string {
  const before = change.kind === "create" ? "" : change.before;
  const after = change.kind === "create" ? change.content : change.after;
  const hide = isEnvironment(change.path) ? hideValues : hideSecrets;
  return createTwoFilesPatch(
    change.kind === "create" ? "/dev/null" : `a/${change.path}`,
    `b/${change.path}`,
    hide(before),
    hide(after),
    undefined,
    undefined,
    { context: 3 },
  ).replace(/^=+\n/, "");
}

function isEnvironment(path: string): boolean {
  return /(?:^|\/)\.env(?:\.|$)/.test(path);
}

/** Addresses are shown, as far as they have no password. */
function hideValues(text: string): string {
  return text.replace(
    /^([ \t]*(?:export[ \t]+)?[\w.]+[ \t]*=[ \t]*)([^\r\n]+)/gm,
    (line, start: string, value: string) =>
      /^["']?https?:\/\/[^@?#\s]*["']?$/.test(value) ? line : `${start}…`,
  );
}

/** `secret: "…"` in code. */
function hideSecrets(text: string): string {
  return text.replace(
    /((?:secret|password|token|key)\w*["']?\s*[:=]\s*)(["'`])(?:(?!\2)[^\r\n\\]|\\.)+\2/gi,
    "$1$2…$2",
  );
}
