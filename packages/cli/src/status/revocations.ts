import type postgres from "postgres";
import { revocationVariables } from "../database/revocation-variables.ts";
import { escapeId, instantOf } from "../revocations/format.ts";
import type { Environment } from "../terminal.ts";
import type { ClockOffset } from "./clocks.ts";
import { askDatabase } from "./database.ts";
import type { WithClock } from "./issuer.ts";
import { line, type Section } from "./section.ts";

/** Rows that are counted. A table of millions would take too long. */
const mostCounted = 1_000_000;

/** The revocations in Postgres. Undefined: these settings name no database. */
export async function revocationsSection(environment: Environment): Promise<WithClock | undefined> {
  if (!revocationVariables.some((name) => environment[name])) return undefined;
  const answer = await askDatabase(environment, revocationVariables, readRevocations);
  if (typeof answer === "string")
    return { section: section([line("wrong", answer)], { reachable: false }), clock: undefined };
  const clock: ClockOffset = { of: "the database of the revocations", ...answer.clock };
  return { section: sectionOf(answer.result), clock };
}

type Found = "no_table" | "no_access" | { readonly count: number; readonly newest: Newest | undefined };

/** The revocation that was stored last. */
interface Newest {
  readonly kind: "user" | "session" | "token";
  readonly id: string;
  /** Seconds since 1970. */
  readonly before: number;
  /** Who made it; null if that is not recorded. */
  readonly made_by: string | null;
}

async function readRevocations(sql: postgres.TransactionSql): Promise<Found> {
  const [{ is_there, is_readable }] = await sql<[{ is_there: boolean; is_readable: boolean | null }]>`
    select to_regclass('usher_revocations') is not null as is_there,
      has_table_privilege(to_regclass('usher_revocations'), 'SELECT') as is_readable`;
  if (!is_there) return "no_table";
  if (is_readable !== true) return "no_access";
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::int as count from (select from usher_revocations limit ${mostCounted + 1}) as counted`;
  // As JSON, because a table of an older version has no column made_by.
  const [newest] = await sql<[Newest?]>`
    select kind, id, before, to_jsonb(usher_revocations)->>'made_by' as made_by
    from usher_revocations order by usher_revocations.sequence desc limit 1`;
  return { count, newest };
}

function sectionOf(found: Found): Section {
  if (found === "no_table") {
    return section(
      [line("note", "the database has no table usher_revocations; npx usher-auth migrate creates it")],
      { reachable: true, count: null },
    );
  }
  if (found === "no_access") {
    return section(
      [
        line(
          "unknown",
          "This database user may not read usher_revocations.",
          "GRANT SELECT ON usher_revocations TO <user>; -- or REVOCATIONS_DATABASE_URL=… of a user who may",
        ),
      ],
      { reachable: true, count: null },
    );
  }
  const { count, newest } = found;
  const number = count > mostCounted ? `more than ${mostCounted}` : String(count);
  return section(
    [
      line("ok", `${number} revocation${count === 1 ? "" : "s"} stored`),
      ...(newest === undefined ? [] : [line("note", `newest: ${describe(newest)}`)]),
    ],
    {
      reachable: true,
      count,
      newest: newest === undefined ? null : { ...newest, made_by: undefined, by: newest.made_by },
    },
  );
}

function describe({ kind, id, before, made_by }: Newest): string {
  const by = made_by === null ? "" : `, by ${escapeId(made_by)}`;
  return `${kind} ${escapeId(id)}, before ${instantOf(before)}${by}`;
}

function section(lines: Section["lines"], facts: Section["facts"]): Section {
  return { name: "revocations", lines, facts };
}
