import type { Environment } from "../../terminal.ts";
import { type Diagnosis, errorFinding } from "../check.ts";

/** In bytes, as `createRows` requires. */
const shortestKey = 32;

/** What is wrong with the settings of a hardened database. Undefined: nothing, or it is not hardened. */
export function rowSettingsFinding(environment: Environment): Diagnosis | undefined {
  const { USHER_ROWS_KEY: key, DATABASE_URL, MIGRATION_DATABASE_URL, REVOCATIONS_DATABASE_URL } = environment;
  if (!key) return undefined;
  const evidence: string[] = [];
  const fix: string[] = [];
  const bytes = Buffer.byteLength(key);
  if (bytes < shortestKey) {
    evidence.push(`USHER_ROWS_KEY has ${bytes} bytes, and needs at least ${shortestKey}`);
    fix.push('USHER_ROWS_KEY="$(openssl rand -base64 32)" # then: npx usher-auth migrate');
  }
  const others = { MIGRATION_DATABASE_URL, REVOCATIONS_DATABASE_URL };
  const same = Object.entries(others).filter(([, url]) => isSameUser(DATABASE_URL, url));
  for (const [name] of same) {
    evidence.push(`${name} has the same user as DATABASE_URL: injected SQL gets the rights of that user`);
    fix.push(`${name}=… # the owner of the tables; in DATABASE_URL, a user without rights`);
  }
  if (evidence.length === 0) return undefined;
  return errorFinding("settings_wrong", "The API cannot start with these settings.", evidence, fix);
}

function isSameUser(one: string | undefined, other: string | undefined): boolean {
  const [first, second] = [URL.parse(one ?? ""), URL.parse(other ?? "")];
  return first !== null && first.host === second?.host && first.username === second.username;
}
