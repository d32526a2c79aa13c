import { installed, type Locked, type LockFile, nameOf } from "./lock-file.ts";

/** Allowed in anything that is published or deployed. All of them require attribution at most. */
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

/** Not even allowed for development: licences that extend to the users of a service. */
const reachesUsers = /^(?:AGPL|SSPL|OSL|RPL|CPAL|EUPL)-/i;

/** Packages without a licence where npm looks for it: the licence, and where it is stated. */
const byHand: Readonly<Record<string, { readonly licence: string; readonly seenIn: string }>> = {
  "busboy@1.6.0": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
  "passport-strategy@1.0.0": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
  "pause@0.0.1": { licence: "MIT", seenIn: "its Readme.md" },
  "streamsearch@1.1.0": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
  "xmlhttprequest-ssl@2.1.2": { licence: "MIT", seenIn: "its LICENSE, and `licenses` in package.json" },
};

/** Packages with a licence that is not allowed. `shipped`: the folders of what is published or deployed. */
export function licenceFaults(lock: LockFile, shipped: ReadonlySet<string>): string[] {
  return installed(lock).flatMap(([folder, locked]) => {
    const licence = licenceOf(folder, locked);
    const name = `${nameOf(folder, locked)}@${locked.version}`;
    if (licence === undefined) return [`${name} has no licence: read its files, and add it to licences.ts`];
    const isShipped = shipped.has(folder);
    const isFine = isMet(licence, (one) => (isShipped ? allowed.has(one) : isFineForDevelopment(one)));
    return isFine ? [] : [`${name} is ${licence}, and ${isShipped ? "is shipped" : "used for development"}`];
  });
}

/** The number of packages with each licence, the most frequent first. */
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
 * Whether an SPDX licence expression is satisfied by allowed licences: one side of an OR, both sides of an
 * AND. Other texts ("SEE LICENSE IN …") are not.
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

/** Entries in this file that are no longer needed: the package is gone, or states its licence. */
export function staleNames(lock: LockFile): string[] {
  const silent = installed(lock).filter(([, { license }]) => license === undefined);
  const names = new Set(silent.map(([folder, locked]) => `${nameOf(folder, locked)}@${locked.version}`));
  return Object.keys(byHand)
    .filter((name) => !names.has(name))
    .map((name) => `${name}: its entry in licences.ts is not needed`);
}
