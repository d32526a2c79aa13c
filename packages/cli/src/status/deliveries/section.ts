import { join } from "node:path";
import { durationInWords } from "../../output/duration.ts";
import { pasteable } from "../../output/paste.ts";
import type { Environment } from "../../terminal.ts";
import { askDatabase } from "../database.ts";
import type { WithClock } from "../issuer.ts";
import { type Line, line, type Section } from "../section.ts";
import { shownUrl } from "../shown-url.ts";
import { readPostgresDeliveries } from "./postgres.ts";
import { readSqliteDeliveries } from "./sqlite.ts";
import type { Waiting } from "./waiting.ts";

/** Seconds. A backend that works acknowledges in far less, and the first repetitions are over by then. */
const longestWait = 60;

/**
 * The logouts that backends have not acknowledged, from Better Auth's database: the Postgres at
 * `AUTH_DATABASE_URL`, else the file `auth.sqlite` in the data folder. Undefined: there is neither.
 *
 * @param file Better Auth's SQLite file, if it is another one.
 */
export async function deliveriesSection(
  environment: Environment,
  dataFolder: string,
  file: string | undefined,
): Promise<WithClock | undefined> {
  if (environment.AUTH_DATABASE_URL && file === undefined) return fromPostgres(environment);
  const found = await readSqliteDeliveries(file ?? join(dataFolder, "auth.sqlite"), Date.now());
  if (found === "no_file") {
    if (file === undefined) return undefined;
    return withoutClock(section([line("unknown", "The file of --auth-sqlite does not exist.")], null));
  }
  if (typeof found === "object" && "failure" in found)
    return withoutClock(section([line("unknown", found.failure)], null));
  return withoutClock(found === "no_table" ? noTable : sectionOf(found));
}

async function fromPostgres(environment: Environment): Promise<WithClock> {
  const answer = await askDatabase(environment, ["AUTH_DATABASE_URL"], readPostgresDeliveries);
  if (typeof answer === "string") return withoutClock(section([line("wrong", answer)], null, false));
  const clock = { of: "the issuer's database", ...answer.clock };
  const { result } = answer;
  if (result === "no_table") return { section: noTable, clock };
  if (result === "no_access") {
    const advice = 'GRANT SELECT ON "usherLogout" TO <user>; -- in the issuer\'s database';
    const text = "The user of AUTH_DATABASE_URL may not read the table of deliveries.";
    return { section: section([line("unknown", text, advice)], null), clock };
  }
  return { section: sectionOf(result), clock };
}

const noTable: Section = section(
  [line("note", "the issuer's database has no table usherLogout: the issuer tells no backend of sign-outs")],
  null,
);

function sectionOf(deliveries: readonly Waiting[]): Section {
  if (deliveries.length === 0) return section([line("ok", "every backend has acknowledged")], []);
  return section(deliveries.map(lineFor), deliveries);
}

function lineFor({ endpoint, waiting, oldestAge, attempts, lastFailure }: Waiting): Line {
  const tries = attempts === 0 ? "" : `, up to ${attempts} attempt${attempts === 1 ? "" : "s"} each`;
  const why = lastFailure === null ? "" : `; ${lastFailure}`;
  const text = `${shownUrl(endpoint)}: ${waiting} waiting, the oldest for ${durationInWords(oldestAge)}${tries}${why}`;
  if (oldestAge <= longestWait) return line("note", text);
  return line(
    "wrong",
    text,
    `curl -i -X POST ${pasteable(shownUrl(endpoint))} # must answer 400; the issuer's log has the reason`,
  );
}

function section(lines: readonly Line[], deliveries: readonly Waiting[] | null, reachable = true): Section {
  const shown = deliveries?.map(({ oldestAge, endpoint, ...counts }) => ({
    endpoint: shownUrl(endpoint),
    ...counts,
    oldestAge: Math.round(oldestAge),
  }));
  return { name: "deliveries", lines, facts: { reachable, deliveries: shown ?? null } };
}

function withoutClock(only: Section): WithClock {
  return { section: only, clock: undefined };
}
