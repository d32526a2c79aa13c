import type { LoggedRefusal } from "./guard-host.ts";

/** A logged refusal as one line of text, for a logger that takes no fields. */
export function refusalText(refusal: LoggedRefusal): string {
  const { code, hint, method, route, path, requestId, count } = refusal;
  const more = count > 1 ? ` (${count} since the last line)` : "";
  const where = [method, route ?? path].filter((part) => part !== undefined).join(" ");
  const parts = [where, requestId === undefined ? "" : `request ${requestId}`, hint ?? ""];
  return [`refused ${code}${more}`, ...parts.filter((part) => part !== "")].join("; ");
}
