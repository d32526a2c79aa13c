import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../../scripts/release/pack.ts";
import { extract, type Packed, packed } from "./packed.ts";

const run = promisify(execFile);

/** The command line as npm would publish it, in a project with its dependencies only. */
let folder: string;
let project: string;
/** Its only program. */
const start = "bin/usher-auth.js";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-program-"));
  project = join(folder, "project");
  const modules = join(project, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  await install("usher-auth", modules, await packed(join(folder, "tarballs")));
  await chmod(join(modules, "usher-auth", start), 0o755);
  await symlink(join("..", "usher-auth", start), join(modules, ".bin", "usher-auth"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Copies a package and its dependencies. Other packages are linked, because installing needs the network. */
async function install(name: string, modules: string, packages: readonly Packed[]): Promise<void> {
  const ours = packages.find(({ manifest }) => manifest.name === name);
  if (ours === undefined) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    return symlink(join(root, "node_modules", name), join(modules, name));
  }
  extract(ours, join(modules, name));
  for (const dependency of Object.keys(ours.manifest.dependencies ?? {})) {
    await install(dependency, modules, packages).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

const npx = (...words: string[]) => run("npx", ["--no-install", "--offline", ...words], { cwd: project });
const usher = (words: string[], env: NodeJS.ProcessEnv = process.env) =>
  run(join(project, "node_modules/.bin/usher-auth"), words, { cwd: project, env });

test("npx usher-auth doctor --help works from the tarball in an empty project", async () => {
  const { stdout, stderr } = await npx("usher-auth", "doctor", "--help");
  expect(stdout).toContain("USAGE usher-auth doctor");
  expect(stdout).toContain("--env-file");
  expect(stderr).toBe("");
});

test("the doctor works from the tarball", async () => {
  const doctor = usher(["doctor", "--json"]);
  doctor.child.stdin?.end("undefined");
  const failure = await doctor.catch((error: { code: number; stdout: string }) => error);
  expect(failure).toMatchObject({ code: 1 });
  expect(JSON.parse(failure.stdout).findings[0]).toMatchObject({ id: "token_literal" });
});

test("the audit works from the tarball", async () => {
  const { stdout } = await usher(["audit", "--help"]);
  expect(stdout).toContain("--i-own-this");
  const document = join(project, "openapi.yaml");
  await writeFile(document, "openapi: 3.1.0\npaths: { /a: { get: {} } }\n");
  // Tokens of two users, valid for an hour. The document has no server, which the audit reports after reading
  // it.
  const token = (sub: string) =>
    [{ alg: "none" }, { sub, exp: Math.floor(Date.now() / 1000) + 3600 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".")
      .concat(".x");
  const env = { ...process.env, USHER_TOKEN_A: token("ada"), USHER_TOKEN_B: token("grace") };
  const failure = await usher(["audit", document], env).catch(
    (error: { code: number; stderr: string }) => error,
  );
  expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining("--server") });
});

test("revoke works from the tarball", async () => {
  const { stdout } = await usher(["revoke", "--help"]);
  expect(stdout).toContain("USAGE usher-auth revoke");
});

test("each command is a separate file that other commands do not load", async () => {
  const dist = join(project, "node_modules", "usher-auth", "dist");
  const files = await readdir(dist);
  expect(files).toEqual(expect.arrayContaining([expect.stringMatching(/^doctor-.*\.js$/)]));
  const main = await readFile(join(dist, "main.js"), "utf8");
  expect(main).not.toMatch(/^import .*(?:@usher-auth|yaml|openapi|postgres)/m);
});

test("the package has one program, with the package's name", async () => {
  const manifest = JSON.parse(await readFile(join(project, "node_modules/usher-auth/package.json"), "utf8"));
  expect(manifest.bin).toEqual({ "usher-auth": `./${start}` });
  expect(await readFile(join(project, "node_modules/usher-auth", start), "utf8")).toMatch(
    /^#!\/usr\/bin\/env node\n/,
  );
});
