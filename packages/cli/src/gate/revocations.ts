import { openPool } from "@usher-auth/postgres/connection";
import { revocationStore } from "@usher-auth/postgres/revocations";
import { AuthError } from "@usher-auth/verify";
import {
  createRevocations,
  memoryRevocationStore,
  type RevocationStore,
  type Revocations,
} from "@usher-auth/verify/revocation";
import postgres from "postgres";
import { CannotRun } from "../command-line/command.ts";
import { readUrl } from "../database/connection.ts";
import { revocationVariables } from "../database/revocation-variables.ts";
import type { Environment } from "../terminal.ts";
import type { GateLog } from "./server/log.ts";
import type { Settings } from "./settings/settings.ts";

/** The gate's revocations. */
export interface OpenRevocations {
  readonly revocations: Revocations;
  close(): Promise<void>;
}

/** The longest lifetime of a token, in seconds: one day, the most that `usherJwt` allows. */
const maxTokenAge = 86_400;
/** Milliseconds between two looks at the state. */
const interval = 1_000;
/** Milliseconds for a revocation to be stored. Shorter than what `createRevocations` waits. */
const appendTimeout = 5_000;

/**
 * Opens the revocations and loads them, so that the first request already meets them. If the database does
 * not answer, the gate starts anyway: `USHER_WHEN_STALE` says what happens to tokens until it does.
 *
 * @returns Undefined if revocations are off.
 * @throws {CannotRun} A variable is missing or invalid.
 */
export async function openRevocations(
  kind: Settings["revocations"],
  environment: Environment,
  log: GateLog,
): Promise<OpenRevocations | undefined> {
  const whenStale = environment.USHER_WHEN_STALE || "refuse";
  if (whenStale !== "refuse" && whenStale !== "accept")
    throw new CannotRun("USHER_WHEN_STALE must be refuse or accept.");
  if (kind === "none") return undefined;
  const { store, close } = kind === "memory" ? inMemory() : inPostgres(environment);
  const revocations = createRevocations({ store, maxTokenAge, whenStale });
  await revocations.ready().catch((error: unknown) => {
    log.error("the revocations cannot be loaded, and are tried again", { hint: hintOf(error) });
  });
  const stopWatching = watch(revocations, log);
  return {
    revocations,
    async close() {
      stopWatching();
      await revocations.close();
      await close();
    },
  };
}

interface OpenStore {
  readonly store: RevocationStore;
  close(): Promise<void>;
}

/** For one process. They are lost at its end. */
function inMemory(): OpenStore {
  return { store: memoryRevocationStore(), close: async () => {} };
}

/** Shared with the API and other gates. Prepares nothing and needs no session: it works behind a pooler. */
function inPostgres(environment: Environment): OpenStore {
  const { url } = readUrl(environment, revocationVariables);
  const listen = environment.LISTEN_DATABASE_URL
    ? readUrl(environment, ["LISTEN_DATABASE_URL"]).url
    : undefined;
  const pool = openPool(postgres, url, {
    max: 2,
    connect_timeout: 3,
    idle_timeout: 60,
    // The default waits up to 20 seconds. A database that is back should be used at once.
    backoff: () => 0.2,
    onnotice: () => {},
  });
  const store = revocationStore(pool.client, { maxTokenAge, listen });
  return {
    store: { ...store, append: (batch) => renewedWhenLate(store.append(batch), pool.renew) },
    close: pool.end,
  };
}

/** A connection whose other end has silently gone would be used again and again. */
async function renewedWhenLate(work: Promise<void>, renew: () => void): Promise<void> {
  const timer = setTimeout(renew, appendTimeout);
  try {
    await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Logs the state, now and whenever it changes: from when to when a revoked token may have been accepted. */
function watch(revocations: Revocations, log: GateLog): () => void {
  let last: string | undefined;
  const look = () => {
    const { state, whenStale, staleness, entries } = revocations.status();
    if (state === last) return;
    last = state;
    const facts = { revocations: state, whenStale, staleness, entries };
    if (state === "current") log.info("the revocations are current", facts);
    else log.warn(`the revocations are ${state}: ${consequences[whenStale]}`, facts);
  };
  look();
  const timer = setInterval(look, interval).unref();
  return () => clearInterval(timer);
}

const consequences = {
  refuse: "every token is answered with 503 until the store answers again",
  accept: "tokens are accepted unless they are known to be revoked",
} as const;

/** For the SQLSTATEs that an operator can do something about (Postgres manual, appendix A). */
const hints: Readonly<Record<string, string>> = {
  "42P01": "the database has no table usher_revocations: run usher-auth migrate to create it",
  "42501":
    "this database user has no access to the table: its owner must run GRANT SELECT, INSERT, DELETE, UPDATE (before) ON usher_revocations TO <user>",
};

function hintOf(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    const hint = hints[(current as { code?: string }).code ?? ""];
    if (hint !== undefined) return hint;
  }
  return (error instanceof AuthError ? error.hint : undefined) ?? String(error);
}
