import type { GuardedReport } from "./options.ts";

/** A route that is not guarded as it should be: what was sent, what came back, and what to do. */
export interface Finding {
  /** As in `GET /api/:userId/tasks`. Undefined: it is about the app or the options. */
  readonly route: string | undefined;
  /** In words. Contains no token. */
  readonly sent: string;
  readonly cameBack: string;
  readonly fix: string;
}

/**
 * Says which routes are not guarded, and why. Nothing in it comes from a token or from the body of an answer.
 *
 * @example
 * ```ts
 * import { createTestIssuer, expectGuarded, NotGuardedError } from "@usher-auth/testing";
 *
 * export async function listOpenRoutes(app: object): Promise<string[]> {
 *   try {
 *     await expectGuarded(app, { issuer: createTestIssuer() });
 *     return [];
 *   } catch (error) {
 *     if (error instanceof NotGuardedError) return error.findings.map(({ route }) => route ?? "the app");
 *     throw error;
 *   }
 * }
 * ```
 */
export class NotGuardedError extends Error {
  override readonly name = "NotGuardedError";
  /** One for each attempt that was not refused as it must be. */
  readonly findings: readonly Finding[];

  constructor(app: string, findings: readonly Finding[], report: GuardedReport) {
    super(describe(app, findings, report));
    this.findings = findings;
  }
}

function describe(app: string, findings: readonly Finding[], { routes, requests }: GuardedReport): string {
  const named = new Set(findings.flatMap(({ route }) => route ?? []));
  const ofAll = `of ${routes.length} routes`;
  const verdict =
    named.size === 0
      ? "the check proves nothing yet"
      : named.size === 1
        ? `1 ${ofAll} is not guarded as it must be`
        : `${named.size} ${ofAll} are not guarded as they must be`;
  const heading = `expectGuarded: ${verdict} (${app}, ${requests} requests).`;
  const general = findings
    .filter(({ route }) => route === undefined)
    .map((finding) => block(undefined, [finding]));
  const blocks = [...named].map((route) =>
    block(
      route,
      findings.filter((finding) => finding.route === route),
    ),
  );
  return [heading, ...general, ...blocks].join("\n\n");
}

/** Lines that are shown of one reason. `findings` has all. */
const shown = 4;

function shorten(sent: readonly string[]): readonly string[] {
  return sent.length <= shown + 1 ? sent : [...sent.slice(0, shown), `and ${sent.length - shown} more`];
}

/** The findings of a route. Those with the same answer and the same advice share it. */
function block(route: string | undefined, findings: readonly Finding[]): string {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.cameBack, finding.fix]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const lines = [...groups.values()].map((group) => {
    const { cameBack, fix } = group[0] as Finding;
    const [first, ...rest] = shorten(group.map(({ sent }) => sent));
    return [
      `  sent:      ${first}`,
      ...rest.map((sent) => `             ${sent}`),
      `  came back: ${cameBack}`,
      `  do:        ${fix}`,
    ].join("\n");
  });
  return [...(route === undefined ? [] : [route]), lines.join("\n\n")].join("\n");
}
