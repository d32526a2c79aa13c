import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { checkDependencies } from "./check-dependencies.ts";
import { countLicences, isMet } from "./licences.ts";
import { dependenciesOf, type Locked, type LockFile, readLockFile } from "./lock-file.ts";

const script = fileURLToPath(new URL("../../check-dependencies.ts", import.meta.url));

const integrity = "sha512-AAAA";
const mit: Locked = { version: "1.0.0", integrity, license: "MIT" };

/** Packages without a licence that have an entry in licences.ts. */
const silent = Object.fromEntries(
  [
    "busboy@1.6.0",
    "passport-strategy@1.0.0",
    "pause@0.0.1",
    "streamsearch@1.1.0",
    "xmlhttprequest-ssl@2.1.2",
  ].map((name) => {
    const [folder, version] = name.split("@") as [string, string];
    return [`node_modules/${folder}`, { version, integrity }];
  }),
);

/** Checks a repository with these packages, whose API depends on `a`. */
function check(
  packages: Record<string, Locked>,
  allowScripts: Record<string, boolean> = {},
  runtimes: Record<string, Locked> = {},
) {
  return checkDependencies({
    lock: lockFile({
      "apps/api": { dependencies: { a: "1" } },
      "node_modules/a": mit,
      ...silent,
      ...packages,
    }),
    runtimes: lockFile(runtimes),
    allowScripts,
  });
}

const lockFile = (packages: Record<string, Locked>): LockFile => ({ lockfileVersion: 3, packages });

test("prints the fault, and fails", () => {
  const root = mkdtempSync(join(tmpdir(), "usher-lock-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "tests/runtimes"), { recursive: true });
  const packages = {
    "packages/one": { dependencies: { a: "1" } },
    "node_modules/a": { ...mit, license: "GPL-2.0" },
  };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(lockFile({ ...packages, ...silent })));
  writeFileSync(join(root, "tests/runtimes/package-lock.json"), JSON.stringify(lockFile({})));
  writeFileSync(join(root, "package.json"), "{}");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, "a@1.0.0 is GPL-2.0, and is shipped\n"]);
  expect(stdout).toMatch(/^shipped: 1 packages/);
});

test("passes allowed licences, and counts them", () => {
  expect(check({ "node_modules/b": { ...mit, license: "GPL-3.0-only" } })).toEqual({
    summary: "shipped: 1 packages (1 MIT)\nfor development: 6 packages (5 MIT, 1 GPL-3.0-only)",
    faults: [],
  });
});

test("rejects a GPL dependency of a dependency that is shipped", () => {
  const { faults } = check({
    "node_modules/a": { ...mit, dependencies: { b: "1" } },
    "node_modules/a/node_modules/b": { ...mit, license: "GPL-3.0-only" },
  });
  expect(faults).toEqual(["b@1.0.0 is GPL-3.0-only, and is shipped"]);
});

test("rejects licences that are not even allowed for development, and a missing licence", () => {
  const { faults } = check({
    "node_modules/b": { ...mit, license: "AGPL-3.0-or-later" },
    "node_modules/c": { version: "1.0.0", integrity },
    "node_modules/d": { ...mit, license: "SEE LICENSE IN terms.txt" },
    "node_modules/e": { ...mit, license: "UNLICENSED" },
    "node_modules/busboy": { ...mit, version: "1.6.0" },
  });
  expect(faults).toEqual([
    "b@1.0.0 is AGPL-3.0-or-later, and used for development",
    "c@1.0.0 has no licence: read its files, and add it to licences.ts",
    "d@1.0.0 is SEE LICENSE IN terms.txt, and used for development",
    "e@1.0.0 is UNLICENSED, and used for development",
    "busboy@1.6.0: its entry in licences.ts is not needed",
  ]);
});

test("rejects a package without a SHA-512, and one with a URL", () => {
  const { faults } = check({
    "node_modules/b": { version: "1.0.0", license: "MIT" },
    "node_modules/c": { ...mit, integrity: "sha1-AAAA" },
    "node_modules/d": { ...mit, resolved: "https://packages.example.com/d/-/d-1.0.0.tgz" },
    "node_modules/d/node_modules/e": { version: "1.0.0", license: "MIT", inBundle: true },
  });
  expect(faults).toEqual([
    "node_modules/b has no SHA-512 in the lock file",
    "node_modules/c has no SHA-512 in the lock file",
    "node_modules/d is bound to https://packages.example.com",
  ]);
});

test("rejects a package that its authors deprecate", () => {
  const { faults } = check({ "node_modules/b": { ...mit, deprecated: "use c" } });
  expect(faults).toEqual(["b@1.0.0 is deprecated: use c"]);
});

test("checks the runtimes' lock file too", () => {
  const { faults } = check({}, {}, { "node_modules/bun": { version: "1.0.0", license: "SSPL-1.0" } });
  expect(faults).toEqual([
    "bun@1.0.0 is SSPL-1.0, and used for development",
    "node_modules/bun has no SHA-512 in the lock file",
  ]);
});

test("rejects an install script without a decision, by the name in the registry", () => {
  const runs = { ...mit, hasInstallScript: true };
  const packages = {
    "node_modules/alias": { ...runs, name: "@scope/b" },
    "node_modules/a/node_modules/c": runs,
  };
  expect(check(packages, { "@scope/b": true, c: false }).faults).toEqual([]);
  expect(check(packages, { c: false, d: true }).faults).toEqual([
    "@scope/b has an install script: allow or deny it in allowScripts",
    "d is in allowScripts, and has no install script",
  ]);
});

test("follows dependencies as Node.js resolves them, with installed optional ones and required peers", () => {
  const packages: Record<string, Locked> = {
    "packages/one": { dependencies: { two: "1", a: "1" }, optionalDependencies: { absent: "1" } },
    "packages/one/node_modules/a": { ...mit, peerDependencies: { p: "1", q: "1" }, ...optional("q") },
    "node_modules/a": mit,
    "node_modules/p": { ...mit, dependencies: { a: "1" } },
    "node_modules/q": mit,
    "node_modules/two": { link: true, resolved: "packages/two" },
    "packages/two": { optionalDependencies: { o: "1" } },
    "node_modules/o": { ...mit, dependencies: { gone: "1" } },
  };
  const lock = { lockfileVersion: 3, packages };
  expect(() => dependenciesOf(lock, "packages/one")).toThrow(
    "node_modules/o needs gone, which is not locked",
  );
  packages["node_modules/gone"] = mit;
  expect([...dependenciesOf(lock, "packages/one")].sort()).toEqual([
    "node_modules/a",
    "node_modules/gone",
    "node_modules/o",
    "node_modules/p",
    "packages/one/node_modules/a",
    "packages/two",
  ]);
});

function optional(name: string): Locked {
  return { peerDependenciesMeta: { [name]: { optional: true } } };
}

test.each([
  ["MIT", true],
  ["GPL-3.0-only", false],
  ["GPL-2.0-only OR MIT", true],
  ["GPL-2.0-only AND MIT", false],
  ["(GPL-2.0-only OR MIT) AND ISC", true],
  ["GPL-2.0-only OR MIT AND ISC", true],
  ["MIT OR ISC AND GPL-2.0-only", true],
  ["(MIT OR ISC) AND GPL-2.0-only", false],
  ["ISC WITH an-exception", false],
  ["", false],
  ["MIT OR", false],
  ["(MIT", false],
  ["MIT ISC", false],
  ["MIT)", false],
])("reads the licence expression %j", (expression, met) => {
  expect(isMet(expression, (licence) => ["MIT", "ISC"].includes(licence))).toBe(met);
});

test("agrees with npm: nothing that is shipped is a development dependency to npm", async () => {
  const lock = await readLockFile(fileURLToPath(new URL("../../../package-lock.json", import.meta.url)));
  const shipped = ["apps/api", "apps/web", "packages/cli"].flatMap((one) => [...dependenciesOf(lock, one)]);
  expect(shipped.length).toBeGreaterThan(100);
  expect(shipped.filter((folder) => (lock.packages[folder] as { dev?: boolean }).dev)).toEqual([]);
  expect(countLicences(lock, shipped)).toMatch(/^\d+ MIT, /);
});
