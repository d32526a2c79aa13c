import { execFile } from "node:child_process";
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "tsdown";
import { afterAll, beforeAll, expect, test } from "vitest";
import config from "../../../tsdown.config.ts";
import manifest from "../package.json" with { type: "json" };

const run = promisify(execFile);

/** The tarball that npm would publish, in a project that has nothing else. */
let folder: string;
let project: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-packed-"));
  project = join(folder, "project");
  const modules = join(project, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  for (const name of ["verify", "cli"]) await install(name, modules);
  // What is not ours is linked: installing it would need the network.
  for (const name of Object.keys(manifest.dependencies).filter(
    (dependency) => !dependency.startsWith("@usher-auth/"),
  )) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(resolve("node_modules", name), join(modules, name));
  }
  for (const [name, file] of Object.entries(manifest.bin)) {
    await chmod(join(modules, "usher-auth", file), 0o755);
    await symlink(join("..", "usher-auth", file), join(modules, ".bin", name));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Builds and packs a package, and unpacks the tarball as npm does. */
async function install(name: string, modules: string): Promise<void> {
  const copy = join(folder, name);
  await cp(join("packages", name, "src"), join(copy, "src"), { recursive: true });
  await copyFile(join("packages", name, "package.json"), join(copy, "package.json"));
  await build({
    ...config.find((one) => one.name === name),
    config: false,
    cwd: join("packages", name),
    outDir: join(copy, "dist"),
    dts: false,
    logLevel: "error",
  });
  const { stdout } = await run("npm", ["pack", "--offline", "--ignore-scripts", "--json"], { cwd: copy });
  const [packed] = JSON.parse(stdout) as [{ name: string; filename: string }];
  const target = join(modules, packed.name);
  await mkdir(target, { recursive: true });
  await run("tar", ["-xzf", join(copy, packed.filename), "--strip-components=1", "-C", target]);
}

const npx = (...words: string[]) => run("npx", ["--no-install", "--offline", ...words], { cwd: project });

test.each(Object.keys(manifest.bin))(
  "npx %s doctor --help, from the packed tarball in an empty project",
  async (bin) => {
    const { stdout, stderr } = await npx(bin, "doctor", "--help");
    expect(stdout).toContain("USAGE usher doctor");
    expect(stdout).toContain("--env-file");
    expect(stderr).toBe("");
  },
);

test("the doctor itself works there", async () => {
  const doctor = npx("usher", "doctor", "--json");
  doctor.child.stdin?.end("undefined");
  const failure = await doctor.catch((error: { code: number; stdout: string }) => error);
  expect(failure).toMatchObject({ code: 1 });
  expect(JSON.parse(failure.stdout).findings[0]).toMatchObject({ id: "token_literal" });
});

test("the audit itself works there", async () => {
  const { stdout } = await npx("usher", "audit", "--help");
  expect(stdout).toContain("--i-own-this");
  const document = join(project, "openapi.yaml");
  await writeFile(document, "openapi: 3.1.0\npaths: { /a: { get: {} } }\n");
  // Two users' tokens that live for an hour; the document names no server, which is only found out once it is read.
  const token = (sub: string) =>
    [{ alg: "none" }, { sub, exp: Math.floor(Date.now() / 1000) + 3600 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".")
      .concat(".x");
  const env = { ...process.env, USHER_TOKEN_A: token("ada"), USHER_TOKEN_B: token("grace") };
  const failure = await run("npx", ["--no-install", "--offline", "usher", "audit", document], {
    cwd: project,
    env,
  }).catch((error: { code: number; stderr: string }) => error);
  expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining("--server") });
});

test("a command's code is in a file of its own, which starting another one does not read", async () => {
  const dist = join(project, "node_modules", "usher-auth", "dist");
  const files = await readdir(dist);
  expect(files).toEqual(expect.arrayContaining([expect.stringMatching(/^doctor-.*\.js$/)]));
  const main = await readFile(join(dist, "main.js"), "utf8");
  expect(main).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(main).not.toMatch(/^import .*(?:@usher-auth|yaml|openapi|postgres)/m);
});
