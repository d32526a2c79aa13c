import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser/launch-browser.ts";
import { freePort } from "../support/network/free-port.ts";
import { Browser } from "./browser.ts";
import { ChromiumUser } from "./chromium-user.ts";
import { OAuthClient } from "./oauth-client.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const guide = readFileSync(join(root, "docs/guide/machines.md"), "utf8");

/** The guide's program of this name. */
function codeOf(file: string): string {
  const code = guide.match(new RegExp(`^\`\`\`ts file=${file}\\n(.*?)^\`\`\``, "ms"))?.[1];
  if (code === undefined) throw new Error(`docs/guide/machines.md has no ${file}`);
  return code;
}

/** Runs the guide's two programs, in a folder of this repository, so that imports resolve. */
async function startGuide() {
  mkdirSync(join(root, "dist"), { recursive: true });
  const folder = mkdtempSync(join(root, "dist/machines-"));
  const [app, api] = [`http://localhost:${await freePort()}`, `http://localhost:${await freePort()}`];
  const children: ChildProcess[] = [];
  const errors: string[] = [];
  onTestFailed(() => console.error(errors.join("")));
  onTestFinished(async () => {
    for (const child of children) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true });
  });
  const run = async (file: string, url: string) => {
    writeFileSync(join(folder, file), codeOf(file));
    const child = spawn(process.execPath, ["--conditions=@usher-auth/source", file], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        BETTER_AUTH_SECRET: "a-test-secret-that-is-long-enough-for-hs256",
        BETTER_AUTH_URL: app,
        API_URL: api,
        AUTH_DATABASE: join(folder, "auth.sqlite"),
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(child);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => true,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
  };
  await run("auth.ts", `${app}/sign-in`);
  await run("mcp.ts", api);
  return { app, resource: `${api}/mcp` };
}

test("the guide's MCP server is guarded, with Better Auth's pages and the SDK's client", async () => {
  const { app, resource } = await startGuide();
  const email = "ada@example.com";
  const userId = await new Browser(app).signUp(email);
  const chromium = await launchBrowser();
  onTestFinished(() => chromium.close());
  const user = new ChromiumUser(await chromium.newPage(), app);
  const authProvider = new OAuthClient(user, email);
  const transport = () => new StreamableHTTPClientTransport(new URL(resource), { authProvider });
  const client = new Client({ name: "assistant", version: "1.0.0" });

  const first = transport();
  await expect(client.connect(first as Transport)).rejects.toBeInstanceOf(UnauthorizedError);
  await first.finishAuth(authProvider.code);
  await client.connect(transport() as Transport);
  onTestFinished(() => client.close());
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { content } = await client.callTool({ name, arguments: args });
    return (content as { text: string }[])[0]?.text;
  };

  expect(await call("list_tasks")).toBe(`The tasks of ${userId}`);
  await expect(call("add_task", { title: "Tea" })).rejects.toBeInstanceOf(UnauthorizedError);
  await transport().finishAuth(authProvider.code);
  expect(await call("add_task", { title: "Tea" })).toBe(`Added for ${userId}: Tea`);
  await user.signOut();
  await expect
    .poll(() => call("list_tasks").catch((error: unknown) => error), { timeout: 20_000 })
    .toBeInstanceOf(UnauthorizedError);
});
