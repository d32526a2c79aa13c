import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { onTestFinished } from "vitest";
import { type Run, usher } from "../../support/command.ts";

/** The packages of this repository. */
const installed = fileURLToPath(new URL("../../../../../node_modules", import.meta.url));

/** The files of a project, by path. */
export type Files = Readonly<Record<string, string>>;

/**
 * A folder with these files, and with the packages of this repository. It is removed after the test.
 *
 * @param renamed Packages that have another name here: `{ h3: "h3-v1" }`. Only these are installed then.
 */
export async function createProject(
  files: Files,
  renamed: Readonly<Record<string, string>> = {},
): Promise<string> {
  // A space, as in many people's paths.
  const folder = await mkdtemp(join(tmpdir(), "usher init-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (Object.keys(renamed).length === 0) await symlink(installed, join(folder, "node_modules"));
  else await mkdir(join(folder, "node_modules"));
  for (const [name, target] of Object.entries(renamed))
    await symlink(join(installed, target), join(folder, "node_modules", name));
  await addFiles(folder, files);
  return folder;
}

/** Writes files into a folder. */
export async function addFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** What the TypeScript compiler finds in a folder. */
export async function compile(folder: string): Promise<string> {
  const child = spawn(process.execPath, [join(installed, "typescript/bin/tsc"), "--pretty", "false"], {
    cwd: folder,
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return output;
}

/** A package.json with these dependencies. */
export function manifest(dependencies: readonly string[], fields: object = { type: "module" }): string {
  const versions = Object.fromEntries(dependencies.map((name) => [name, "*"]));
  return `${JSON.stringify({ name: "api", ...fields, dependencies: versions }, null, 2)}\n`;
}

/** Runs `usher-auth init` in a folder. */
export function init(folder: string, ...words: string[]): Promise<Run> {
  return usher(["init", ...words], { folder });
}

/** The result of `init --json`. */
export async function initJson(folder: string, ...words: string[]) {
  const { output, errors, exitCode } = await init(folder, "--json", ...words);
  if (output === "") throw new Error(errors);
  return {
    exitCode,
    ...(JSON.parse(output) as {
      changes: { kind: string; path: string; diff: string }[];
      present: string[];
      manual: { path: string; why: string; lines: string }[];
      next: string[];
      written: boolean;
    }),
  };
}

/** The texts of all files, by path. */
export async function readFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile() || entry.parentPath.includes("node_modules")) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = await readFile(path, "utf8");
  }
  return files;
}

const issuer = createTestIssuer();

/** Runs the test that init wrote with node:test, and returns its output. It fails if the test does. */
export function runTest(folder: string, flags: readonly string[] = []): Promise<string> {
  return run(folder, ["--conditions=@usher-auth/source", ...flags, "--test"]);
}

/** The same with vitest. */
export function runVitest(folder: string): Promise<string> {
  return run(folder, [join(installed, "vitest/vitest.mjs"), "run", "--root", "."]);
}

async function run(folder: string, words: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, NODE_OPTIONS: "--conditions=@usher-auth/source" };
  const child = spawn(process.execPath, words, { cwd: folder, env });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  if (code !== 0) throw new Error(output + errors);
  return output;
}

/** What a request gets from the project's program, started with the settings of a test issuer. */
export interface Running {
  status(path: string, user?: string): Promise<number>;
}

/** Starts a program of the project, which must listen on `process.env.PORT`. */
export async function start(
  folder: string,
  program: string,
  flags: readonly string[] = [],
): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--conditions=@usher-auth/source", ...flags, program], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      BETTER_AUTH_URL: issuer.issuer,
      BETTER_AUTH_SECRET: issuer.secret,
      API_URL: issuer.audience,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await listening(port, child, output);
  return {
    async status(path, user) {
      const headers: Record<string, string> = user
        ? { authorization: `Bearer ${issuer.tokenFor(user)}` }
        : {};
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      await response.text();
      return response.status;
    },
  };
}

async function listening(port: number, child: ChildProcess, output: Promise<string[]>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error((await output).join("\n"));
    try {
      await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  child.kill("SIGKILL");
  throw new Error(`does not listen: ${(await output).join("\n")}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
