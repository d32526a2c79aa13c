import { authBaseUrl } from "../doctor/facts/base-url.ts";
import { type Answer, probe } from "../doctor/http/probe.ts";
import { checkIssuer } from "../doctor/issuer/check-issuer.ts";
import type { Environment } from "../terminal.ts";
import type { ClockOffset } from "./clocks.ts";
import { line, lineOf, type Section } from "./section.ts";

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
  return {
    section: {
      name: "issuer",
      lines: found.length > 0 ? found.map(lineOf) : [line("ok", `${issuer.origin} answers`)],
      facts: { url: issuer.origin, reachable: health.kind === "answer", findings: found.map(({ id }) => id) },
    },
    clock: health.kind === "answer" ? clockOf("the issuer", health) : undefined,
  };
}

/** The clock of a server, by its Date header; undefined if it sent none. */
export function clockOf(server: string, { clockAhead, clockMargin }: Answer): ClockOffset | undefined {
  return clockAhead === undefined ? undefined : { of: server, ahead: clockAhead, margin: clockMargin };
}
