import { beforeAll, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { type AuditTokens, audit } from "./audit.ts";
import { rowsOf, type Stage, stagesOf, tableOf } from "./guide.ts";
import { type Api, startApi } from "./start-api.ts";

/** Sends a request to the API of a stage. */
export type Ask = (api: string, stage: string) => Promise<Response>;

/** A request, and what the guide's table calls it. */
interface Request {
  readonly name: string;
  readonly ask: Ask;
}

/** How a guide is tried. */
export interface Migration {
  /** Its file in docs/guide. */
  readonly guide: string;
  /** What the guide's table is about: the name and version of what checked the tokens before. */
  readonly former: string;
  /** The settings of the program in all stages. */
  readonly settings: Readonly<Record<string, string>>;
  /** A line of the programs, and the code of a route `/api/:userId/new` to put before it. */
  readonly newRoute: readonly [line: string | RegExp, code: string];
  /**
   * Requests of clients that are right, with the stages in which there are such clients. Each must be a 200
   * with the user's own tasks.
   */
  readonly valid: readonly (Request & { readonly stages: readonly string[] })[];
  /** Requests that the program after must refuse, in the order and words of the guide's table. */
  readonly bad: readonly Request[];
  /** Requests of which only the answers before and after are noted. */
  readonly measured?: readonly Request[];
  /** The same, each to a program that has just been started. */
  readonly afterStart?: readonly Request[];
  /** The tokens of an audit of the programs before and after. Undefined: this one takes no tokens. */
  readonly auditTokens: (stage: string) => Promise<AuditTokens | undefined>;
  /** The first stage with a guard: from here on, all of `bad` is refused. Default: `step 1`. */
  readonly guardedFrom?: string;
  /** Changes the programs. Default: nothing. */
  readonly edit?: (code: string) => string;
  /** Starts a program. Default: {@link startApi}. */
  readonly start?: (code: string, settings: Readonly<Record<string, string>>) => Promise<Api>;
}

/** What a program answered. */
interface Answer {
  readonly status: number;
  /** The status, and what its body says: a code, or the beginning of a text. */
  readonly text: string;
  readonly isProblem: boolean;
  readonly challenge: string | null;
}

/** The answers of a stage, by the names of the requests. */
type Answers = ReadonlyMap<string, Answer>;

/** What was found out about the programs of a guide. */
interface Findings {
  /** By stage. */
  readonly answers: ReadonlyMap<string, Answers>;
  /** What the audit found, before and after. */
  readonly audits: ReadonlyMap<string, readonly string[]>;
}

/** Why a guide cannot be tried on this machine. */
interface Missing {
  readonly missing: string;
}

/**
 * Tries a guide with what `prepare` returns.
 *
 * @param hasTable Whether the guide has a table of these requests. Default: yes.
 */
export function tryGuide(prepare: () => Promise<Migration | Missing>, hasTable = true): void {
  let prepared: Migration | Missing;
  let findings: Findings;
  beforeAll(async () => {
    prepared = await prepare();
    if (!("missing" in prepared)) findings = await tryStages(prepared);
  });
  const tryTest = (name: string, expectation: typeof expectTable) =>
    test(name, ({ skip }) => {
      if ("missing" in prepared) skip(prepared.missing);
      else expectation(prepared, findings);
    });
  tryTest("clients that are right are served in each of their stages", expectValidClientsServed);
  tryTest(
    "no stage admits what the one before refused, and those with a guard refuse all bad requests",
    expectNothingOpened,
  );
  tryTest("the audit finds the flaws of the program before, and none after", expectAudits);
  if (hasTable) tryTest("the guide's table is what was measured", expectTable);
}

/** Runs the program of each stage, and asks it everything. */
async function tryStages(migration: Migration): Promise<Findings> {
  const { guide, settings, newRoute, valid, bad, edit = (code) => code, start = startApi } = migration;
  const answers = new Map<string, Answers>();
  const audits = new Map<string, string[]>();
  for (const stage of stagesOf(guide)) {
    const code = edit(withNewRoute(stage, newRoute));
    const ofStage = new Map<string, Answer>();
    const withApi = async (work: (url: string) => Promise<void>) => {
      const api = await start(code, settings);
      try {
        await work(api.url);
      } finally {
        await api.stop();
      }
    };
    const ask = async ({ name, ask }: Request, url: string) =>
      void ofStage.set(name, await answerOf(await ask(url, stage.name)));
    const isInTable = stage.name === "before" || stage.name === "after";
    await withApi(async (url) => {
      for (const request of [...valid, ...bad]) await ask(request, url);
      if (!isInTable) return;
      const tokens = await migration.auditTokens(stage.name);
      if (tokens !== undefined) audits.set(stage.name, await audit(url, tokens));
      for (const request of migration.measured ?? []) await ask(request, url);
    });
    if (isInTable)
      for (const request of migration.afterStart ?? []) await withApi((url) => ask(request, url));
    answers.set(stage.name, ofStage);
  }
  return { answers, audits };
}

/** Fails unless clients that are right are served in each of their stages. */
function expectValidClientsServed({ valid }: Migration, { answers }: Findings): void {
  for (const { name, stages } of valid) {
    expect(stages.length).toBeGreaterThan(0);
    for (const stage of stages)
      expect(answers.get(stage)?.get(name), `${name}: ${stage}`).toMatchObject({ status: 200 });
  }
}

/**
 * Fails if a stage admits what the stage before refused, or if one with a guard admits a bad request, or
 * answers it in another way than the guard does.
 */
function expectNothingOpened({ bad, guardedFrom = "step 1" }: Migration, { answers }: Findings): void {
  const stages = [...answers.keys()];
  expect(stages).toContain(guardedFrom);
  for (const { name } of bad) {
    let wasRefused = false;
    for (const [index, stage] of stages.entries()) {
      const answer = answers.get(stage)?.get(name);
      const isRefused = answer !== undefined && answer.status >= 400;
      if (wasRefused || index >= stages.indexOf(guardedFrom))
        expect(isRefused, `${name}: ${stage}: ${answer?.text}`).toBe(true);
      wasRefused = isRefused;
    }
    expect(answers.get("after")?.get(name), name).toMatchObject({ isProblem: true });
  }
}

/** Fails unless the audit finds the flaws of the program before, and none in the one after. */
function expectAudits(_migration: Migration, { audits }: Findings): void {
  const before = audits.get("before");
  if (before !== undefined) expect(before).toContain("GET /api/{userId}/tasks other_owner");
  expect(audits.get("after")).toEqual([]);
}

/** Fails unless the table of the guide's "What changes" is what was measured. */
function expectTable(migration: Migration, { answers }: Findings): void {
  const cell = (stage: string, name: string, isBad: boolean) => {
    const { status = 0, text = "" } = answers.get(stage)?.get(name) ?? {};
    return isBad && status < 400 ? `**${text}**` : text;
  };
  const row = (name: string, isBad: boolean) => [
    name,
    cell("before", name, isBad),
    cell("after", name, isBad),
  ];
  const rows = [
    ...migration.valid.map(({ name }) => row(name, false)),
    ...migration.bad.map(({ name }) => row(name, true)),
    ...[...(migration.measured ?? []), ...(migration.afterStart ?? [])].map(({ name }) => row(name, false)),
  ];
  const header = ["Request", migration.former, "Usher"];
  expect(rowsOf(tableOf(migration.guide, "What changes"))).toBe(rowsOf([header, ...rows]));
}

/** The name and version of a package that these tests use. */
export function packageOf(name: string): string {
  const version: unknown = (manifest.devDependencies as Record<string, string>)[name];
  if (typeof version !== "string") throw new Error(`${name} is not a dependency of these tests`);
  return `\`${name}\` ${version}`;
}

/** With a route that nobody wrote a check for. */
function withNewRoute({ name, code }: Stage, [line, route]: Migration["newRoute"]): string {
  const replaced = code.replace(line, (found) => `${route}\n${found}`);
  if (replaced === code) throw new Error(`${name}: there is no place for a new route`);
  return replaced;
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const body = await response.text();
  const [code, isProblem] = codeOf(body, headers.get("content-type") ?? "");
  return {
    status,
    text: status < 300 || code === "" ? `${status}` : `${status} ${code}`,
    isProblem,
    challenge: headers.get("www-authenticate"),
  };
}

/** What clients read in a refusal: a code, or the beginning of the text. */
function codeOf(body: string, type: string): [code: string, isProblem: boolean] {
  if (!type.includes("json")) return [type.includes("text/plain") ? `\`${body.slice(0, 30)}\`` : "", false];
  const { code, error, detail, message } = JSON.parse(body) as Record<string, unknown>;
  return [`\`${code ?? error ?? detail ?? message}\``, type.includes("application/problem+json")];
}
