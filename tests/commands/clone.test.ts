import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCommandBlocks } from "../../scripts/check/commands/command-blocks.ts";
import { commandsOf } from "../../scripts/check/commands/proofs.ts";
import { freePort } from "../e2e/support/network/free-port.ts";
import { fetchToken, type Session, signUp } from "../e2e/support/session.ts";
import { blocksAt, root } from "./support/blocks.ts";
import { runBlock } from "./support/run-block.ts";
import { type Running, start } from "./support/shell.ts";

// Blocks that a reader runs in a clone of this repository: the last commit, in a folder with a space in its
// path.

const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
let folder: string;
let clone: string;
let demo: Running;
let webUrl: string;
let apiUrl: string;
const sessions = new Map<string, Session>();
/** What a document has started, for its other blocks. */
let left: {
  readonly file: string;
  readonly running: Running[];
  environment: Record<string, string>;
} = {
  file: "",
  running: [],
  environment: {},
};

const readme = commandsOf(
  findCommandBlocks(root).find(
    ({ file, text }) => file === "README.md" && text.startsWith("npm ci && npm start"),
  )?.text ?? "",
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "usher clone-"));
  clone = join(folder, "usher");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  // Beside the clone, as the guide assumes.
  mkdirSync(join(folder, "my-api"));
  writeFileSync(join(folder, "my-api/package.json"), JSON.stringify({ name: "my-api", private: true }));

  const ports = { WEB_PORT: String(await freePort()), API_PORT: String(await freePort()) };
  demo = start(readme[0] ?? "", { folder: clone, environment: ports });
  await demo.says("Ctrl-C stops both");
  [webUrl, apiUrl] = [`http://localhost:${ports.WEB_PORT}`, `http://localhost:${ports.API_PORT}`];
  for (const name of ["a", "b", "token"]) {
    sessions.set(name, await signUp(webUrl, name));
  }
  const document = await fetch(`${apiUrl}/openapi.json`);
  writeFileSync(join(clone, "openapi.json"), await document.text());
}, 900_000);
afterAll(async () => {
  for (const running of left.running) await running.stop();
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

test("README.md: npm ci prints no warning, and CI ends with the other line", () => {
  expect(demo.output()).not.toMatch(/npm warn|deprecated|EBADENGINE/i);
  expect(readme.slice(1)).toEqual(["npm ci && npm test"]);
});

test("npm start prints commands that work", async () => {
  const commands = demo.output().match(/(?<=\| +)npx usher-auth .+/g) ?? [];
  expect(commands.map((command) => command.split(" ")[2])).toEqual(["status", "token", "audit"]);
  for (const command of commands) {
    const ended = await start(command, {
      folder: clone,
      environment: { USHER_PASSWORD: "correct horse battery" },
    }).ended;
    expect(ended.code, `${command}\n${ended.output}`).toBe(0);
  }
});

/** The id of the token's user, as the shell finds it. */
const subject = `$(node -p 'JSON.parse(Buffer.from(fs.readFileSync("token.txt", "utf8").split(".")[1], "base64url")).sub')`;

/** Addresses of the demo instead of the documents' examples, and what they leave out. */
function change(text: string): string {
  return text
    .replaceAll(/http:\/\/localhost:3000|https:\/\/app\.example\.com/g, webUrl)
    .replaceAll(/http:\/\/localhost:3001|https:\/\/api\.example\.com/g, apiUrl)
    .replaceAll("BETTER_AUTH_SECRET=…", `BETTER_AUTH_SECRET=${secret}`)
    .replaceAll("--port 8080", "--port 0")
    .replaceAll("/api/…/", `/api/${subject}/`);
}

/** `npm ci` and `npm run build` begin many blocks. Here they are run once in the root: they take minutes. */
const once = (root: string) => `
pip() { python3 -m venv "$PIP" && "$PIP/bin/pip" "$@"; }
npm() {
  local done="${root}/node_modules/.cache/usher/$*"
  case "$PWD $*" in "${root} ci" | "${root} run build")
    [ -e "$done" ] && return
    command npm "$@" && mkdir -p "$(dirname "$done")" && touch "$done" ;;
  *) command npm "$@" ;;
  esac
}`;

/** Free ports, and separate data: the demo uses the usual ones. Some examples keep theirs in memory. */
async function newEnvironment(file: string): Promise<Record<string, string>> {
  const [webPort, apiPort] = [String(await freePort()), String(await freePort())];
  const isInMemory = /^examples\/(?!fastapi|gate)/.test(file);
  return {
    ...{ WEB_PORT: webPort, AUTH_PORT: webPort, API_PORT: apiPort },
    ...(isInMemory ? {} : { DATA_DIR: join(folder, `data-${apiPort}`) }),
    ...{ USHER_PASSWORD: "correct horse battery", PIP: join(folder, "pip"), NEXT_TELEMETRY_DISABLED: "1" },
  };
}

test.each(blocksAt("clone"))("%s", { timeout: 900_000 }, async (_title, block) => {
  if (block.file !== left.file) {
    for (const running of left.running) await running.stop();
    left = { file: block.file, running: [], environment: {} };
  }
  // The commands that follow a server's call that server.
  if (left.running.length === 0 || block.proof.until !== undefined)
    left.environment = await newEnvironment(block.file);
  // A token is valid for five minutes.
  for (const [name, { cookie }] of sessions)
    writeFileSync(join(clone, `${name}.txt`), await fetchToken(webUrl, cookie));
  const isOwn = block.file.startsWith("examples/");
  const { environment } = left;
  const ofExample = (text: string) =>
    text
      .replaceAll("localhost:3000", `localhost:${environment.WEB_PORT}`)
      .replaceAll("localhost:3001", `localhost:${environment.API_PORT}`);
  const shell = { folder: join(clone, block.proof.in ?? ""), environment, before: once(clone) };
  const running = await runBlock(block, shell, (text) => change(isOwn ? ofExample(text) : text));
  left.running.push(...running);
});
