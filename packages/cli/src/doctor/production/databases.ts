import { deliveriesSection } from "../../status/deliveries/section.ts";
import type { WithClock } from "../../status/issuer.ts";
import { revocationsSection } from "../../status/revocations.ts";
import { rowsSection } from "../../status/rows.ts";
import type { Environment } from "../../terminal.ts";
import { type CheckResult, type Diagnosis, errorFinding, warningFinding } from "../check.ts";
import { clockFinding } from "../http/clock-skew.ts";
import type { ProductionInput } from "./targets.ts";

/** Whether the databases answer, keep rows apart, and agree about the time. */
export async function checkDatabases({ environment }: ProductionInput): Promise<CheckResult> {
  const [revocations, rows, deliveries] = await Promise.all([
    revocationsSection(environment),
    rowsSection(environment, []),
    environment.AUTH_DATABASE_URL ? deliveriesSection(environment, "", undefined) : undefined,
  ]);
  const asked = [revocations, rows, deliveries].filter((part) => part !== undefined);
  const findings = [
    unusable(asked),
    ...asked.flatMap(({ clock }) => (clock && clockFinding(clock.of, clock.ahead, clock.margin)) ?? []),
    ...(rows === undefined ? [] : rowFindings(rows)),
    deliveries && deliveriesFinding(deliveries),
    revocationsFinding(revocations),
    ...withoutTls(environment),
  ].filter((finding) => finding !== undefined);
  const confirmed = asked
    .filter(({ section }) => section.lines.every(({ state }) => state === "ok" || state === "note"))
    .flatMap(({ section }) => section.lines.filter(({ state }) => state === "ok").map(({ text }) => text));
  return { findings, confirmed };
}

/** Databases that do not answer, or that this user may not read. */
function unusable(asked: readonly WithClock[]): Diagnosis | undefined {
  const faults = asked.flatMap(({ section: { lines, facts } }) =>
    lines.filter(({ state }) => state === "unknown" || (state === "wrong" && facts.reachable === false)),
  );
  if (faults.length === 0) return undefined;
  const fix = faults.flatMap((fault) => fault.fix);
  return errorFinding(
    "database_unusable",
    "A database cannot be used with these settings.",
    [...new Set(faults.map(({ text }) => text))],
    fix.length > 0 ? fix : ["Start it, or correct its URL."],
  );
}

function deliveriesFinding({ section: { lines, facts } }: WithClock): Diagnosis | undefined {
  const late = facts.reachable === false ? [] : lines.filter(({ state }) => state === "wrong");
  if (late.length === 0) return undefined;
  return errorFinding(
    "deliveries_waiting",
    "A backend does not acknowledge sign-outs.",
    late.map(({ text }) => text),
    late.flatMap(({ fix }) => fix),
  );
}

function rowFindings({ section: { lines, facts } }: WithClock): (Diagnosis | undefined)[] {
  const { reachable, isPrepared, isSuperuser, bypassesRows, mode } = facts;
  if (reachable === false || isPrepared !== true) return [];
  const open = lines.filter(({ state }) => state === "wrong").map(({ text }) => text);
  const may = isSuperuser === true ? "is a superuser" : bypassesRows === true ? "has BYPASSRLS" : undefined;
  return [
    open.length === 0
      ? undefined
      : errorFinding("rows_open", "The database does not keep every row to its owner.", open, [
          "npx usher-auth tables --env .env # shows what is missing",
        ]),
    may === undefined || mode === "hardened"
      ? undefined
      : errorFinding(
          "database_bypasses_rows",
          `The user of DATABASE_URL ${may}: no policy applies to it.`,
          ["a query that does not go through Usher sees every row"],
          ["npx usher-auth migrate --env .env --login api # then DATABASE_URL=postgres://api:…@…"],
        ),
  ];
}

function revocationsFinding(revocations: WithClock | undefined): Diagnosis | undefined {
  const { reachable, count } = revocations?.section.facts ?? {};
  if (reachable === false || typeof count === "number") return undefined;
  if (revocations?.section.lines.some(({ state }) => state === "unknown")) return undefined;
  return warningFinding(
    "revocations_missing",
    "Revocations are not stored in Postgres: replicas do not share them, and a restart may lose them.",
    [
      revocations === undefined
        ? "these settings name no database"
        : "the database has no table usher_revocations",
    ],
    [
      "npx usher-auth migrate --env .env # creates the table; then createRevocations({ store: revocationStore(…) })",
    ],
  );
}

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|)$/;

/** Connections over a network without TLS. postgres.js and pg use none unless the URL says so. */
function withoutTls(environment: Environment): Diagnosis[] {
  const names = ["DATABASE_URL", "MIGRATION_DATABASE_URL", "REVOCATIONS_DATABASE_URL", "AUTH_DATABASE_URL"];
  const plain = names.filter((name) => {
    const url = URL.parse(environment[name] ?? "");
    if (url === null || loopback.test(url.hostname)) return false;
    const mode = url.searchParams.get("sslmode") ?? url.searchParams.get("ssl");
    return mode === null || ["disable", "allow", "prefer", "false"].includes(mode);
  });
  if (plain.length === 0) return [];
  return [
    warningFinding(
      "database_without_tls",
      "A database on another machine is used without TLS.",
      [`${plain.join(", ")}: no sslmode, or one that does without`],
      [
        "DATABASE_URL=postgres://…?sslmode=verify-full # unless the network between them is your own and closed",
      ],
    ),
  ];
}
