import { authBaseUrl } from "../doctor/facts/base-url.ts";
import { type Answer, jsonOf, type NoAnswer, probe } from "../doctor/http/probe.ts";
import { checkIssuer } from "../doctor/issuer/check-issuer.ts";
import { shellWord } from "../output/paste.ts";
import type { Environment } from "../terminal.ts";
import type { ClockOffset } from "./clocks.ts";
import { type Line, line, lineOf, type Section } from "./section.ts";
import { shownUrl } from "./shown-url.ts";

/** The section, and the clock that was read on the way. */
export interface WithClock {
  readonly section: Section;
  readonly clock: ClockOffset | undefined;
}

/** Whether the issuer can be reached, and answers as Better Auth does. */
export async function issuerSection(
  issuer: URL | undefined,
  environment: Environment,
): Promise<WithClock | undefined> {
  if (issuer === undefined) return undefined;
  const [{ findings }, health] = await Promise.all([
    checkIssuer({ issuer, environment, cookie: undefined, tokenText: undefined }),
    probe(new URL(`${authBaseUrl(issuer)}/ok`)),
  ]);
  // The section of clocks has the offset itself, and keys are in their own.
  const found = findings.filter(({ id }) => id !== "clock_skew" && !id.startsWith("jwks_"));
  const other = found.length > 0 ? undefined : otherServer(issuer, health);
  return {
    section: {
      name: "issuer",
      lines:
        found.length > 0
          ? found.map(lineOf)
          : [other ?? line("ok", `${issuer.origin} answers as Better Auth does`)],
      facts: { url: issuer.origin, reachable: health.kind === "answer", findings: found.map(({ id }) => id) },
    },
    clock: health.kind === "answer" ? clockOf("the issuer", issuer.host, health) : undefined,
  };
}

/** An answer that Better Auth does not give. 404 is one of its answers: `disabledPaths` may contain `/ok`. */
function otherServer(issuer: URL, health: Answer | NoAnswer): Line | undefined {
  if (health.kind === "none" || health.status === 404 || jsonOf(health).ok === true) return undefined;
  const address = `${authBaseUrl(issuer)}/ok`;
  return line(
    "wrong",
    `${shownUrl(address)} answers ${health.status}, but not as Better Auth does: another server, or something in between.`,
    `curl -i ${shellWord(shownUrl(address))} # must answer {"ok":true}`,
  );
}

/** The clock of a server, by its Date header; undefined if it sent none. */
export function clockOf(
  of: string,
  server: string,
  { clockAhead, clockMargin }: Answer,
): ClockOffset | undefined {
  return clockAhead === undefined ? undefined : { of, server, ahead: clockAhead, margin: clockMargin };
}
