import { installed, type Locked, type LockFile, nameOf } from "./lock-file.ts";

/** What may be in anything that is published or deployed. All of them ask for no more than to be named. */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/** What may not even be used for development: licences that reach as far as those who use a service. */
const reachesUsers = /^(?:AGPL|SSPL|OSL|RPL|CPAL|EUPL)-/i;

/**
 * Packages that name no licence where npm looks for it, by name and version: their licence, and where it
 * stands.
 */
const byHand: Readonly<Record<string, { readonly licence: string; readonly seenIn: string }>> = {
  "busboy@1.6.0": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
  "streamsearch@1.1.0": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
  "xmlhttprequest-ssl@2.1.2": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
};

/**
 * What is wrong with the licences of a lock file's packages; `shipped` are the folders of those that others
 * get.
 */
export function licenceFaults(lock: LockFile, shipped: ReadonlySet<string>): string[] {
  return installed(lock).flatMap(([folder, locked]) => {
    const licence = licenceOf(folder, locked);
    const name = `${nameOf(folder, locked)}@${locked.version}`;
    if (licence === undefined) return [`${name} has no licence: read its files, and name it in licences.ts`];
    const isShipped = shipped.has(folder);
    const isFine = isMet(licence, (one) => (isShipped ? allowed.has(one) : isFineForDevelopment(one)));
    return isFine ? [] : [`${name} is ${licence}, and ${isShipped ? "is shipped" : "used for development"}`];
  });
}

/** How many packages have which licence, the most frequent first. */
export function countLicences(lock: LockFile, folders: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const folder of folders) {
    const licence = licenceOf(folder, lock.packages[folder] as Locked) ?? "none";
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([licence, count]) => `${count} ${licence}`).join(", ");
}

/**
 * Whether an SPDX licence expression can be met with licences that are allowed: one side of an OR, both of an
 * AND. What is no such expression ("SEE LICENSE IN …") is not.
 */
export function isMet(expression: string, isAllowed: (licence: string) => boolean): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let isWhole = true;
  const take = (word: string) => words[0] === word && words.shift() !== undefined;
  const either = (): boolean => {
    let met = both();
    while (take("OR")) met = both() || met;
    return met;
  };
  const both = (): boolean => {
    let met = one();
    while (take("AND")) met = one() && met;
    return met;
  };
  const one = (): boolean => {
    if (take("(")) return [either(), take(")")].every(Boolean);
    const licence = words.shift();
    if (licence === undefined) isWhole = false;
    return isAllowed(take("WITH") ? `${licence} WITH ${words.shift()}` : `${licence}`);
  };
  return either() && isWhole && words.length === 0;
}

function isFineForDevelopment(licence: string): boolean {
  return (
    /^[\w.+-]+(?: WITH [\w.-]+)?$/.test(licence) && licence !== "UNLICENSED" && !reachesUsers.test(licence)
  );
}

function licenceOf(folder: string, locked: Locked): string | undefined {
  return locked.license ?? byHand[`${nameOf(folder, locked)}@${locked.version}`]?.licence;
}

/** Names in this file whose package has gone, or has come to name its licence by itself. */
export function staleNames(lock: LockFile): string[] {
  const silent = installed(lock).filter(([, { license }]) => license === undefined);
  const names = new Set(silent.map(([folder, locked]) => `${nameOf(folder, locked)}@${locked.version}`));
  return Object.keys(byHand)
    .filter((name) => !names.has(name))
    .map((name) => `${name} is named in licences.ts, and need not be`);
}
