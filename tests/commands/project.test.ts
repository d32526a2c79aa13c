import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "../e2e/support/network/free-port.ts";
import { blocksAt, root } from "./support/blocks.ts";
import { openProjects, type Projects } from "./support/new-project.ts";
import { runBlock } from "./support/run-block.ts";
import { start } from "./support/shell.ts";

// Blocks that a reader runs in their project. The blocks of one document share a project, in their order.

type Project = ReturnType<Projects["shellIn"]>;
let projects: Projects;
let ports: { issuer: number; api: number; metrics: number };

beforeAll(async () => {
  projects = await openProjects();
  ports = { issuer: await freePort(), api: await freePort(), metrics: await freePort() };
}, 300_000);
afterAll(() => projects?.close());

/** The ports of the documents are taken on many machines. */
function change(text: string): string {
  return text
    .replaceAll("localhost:3000", `localhost:${ports.issuer}`)
    .replaceAll(/(?<=localhost:|port: |\?\? )3001/g, `${ports.api}`)
    .replaceAll("9464", `${ports.metrics}`);
}

/** What the reader has in the project by then: the programs that the document shows, and what runs already. */
const preparations: Readonly<Record<string, (shell: Project) => Promise<void> | void>> = {
  "docs/guide/getting-started.md": async (shell) => {
    writeFileSync(
      join(shell.folder, "api.ts"),
      change(codeOf("docs/guide/getting-started.md", "@usher-auth/verify/fastify")),
    );
    await install("@usher-auth/verify @usher-auth/testing usher-auth fastify", shell);
    const api = start("node --env-file=.env api.ts", shell);
    onTestFinished(() => void api.stop());
    await expect
      .poll(
        () =>
          fetch(`http://localhost:${ports.api}/health`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
  },
  "README.md": existingApi,
  "docs/guide/init.md": existingApi,
  "docs/guide/machines.md": ({ folder }) => {
    for (const file of ["auth.ts", "mcp.ts"])
      writeFileSync(join(folder, file), change(fileOf("docs/guide/machines.md", file)));
  },
  "docs/guide/metrics.md": async (shell) => {
    const guide = "docs/guide/metrics.md";
    const [telemetry, api] = ["@opentelemetry/sdk-node", "@usher-auth/verify/fastify"];
    writeFileSync(join(shell.folder, "telemetry.ts"), change(codeOf(guide, telemetry)));
    writeFileSync(join(shell.folder, "api.ts"), change(codeOf(guide, api)));
    await install("@usher-auth/verify fastify", shell);
  },
};

/** A project with an API that nothing guards. */
async function existingApi(shell: Project): Promise<void> {
  if (existsSync(join(shell.folder, "api.ts"))) return;
  await install("fastify", shell);
  writeFileSync(
    join(shell.folder, "api.ts"),
    'import Fastify from "fastify";\n\nconst app = Fastify();\napp.get("/api/:userId/tasks", () => ({ tasks: [] }));\nawait app.listen({ port: 3001 });\n',
  );
}

async function install(names: string, shell: Project): Promise<void> {
  const { code, output } = await start(`npm install ${names}`, shell).ended;
  expect(code, output).toBe(0);
}

test.each(blocksAt("project"))("%s", { timeout: 600_000 }, async (_title, block) => {
  const shell = projects.shellIn(block.file);
  await preparations[block.file]?.(shell);
  for (const running of await runBlock(block, shell, change)) await running.stop();
});

/** The first TypeScript block of a document that imports a module. */
function codeOf(document: string, module: string): string {
  const blocks = [...readFileSync(join(root, document), "utf8").matchAll(/^```ts[^\n]*\n(.*?)^```$/gms)];
  const code = blocks.map(([, one = ""]) => one).find((one) => one.includes(`from "${module}"`));
  if (code === undefined) throw new Error(`${document} does not import ${module}`);
  return code;
}

/** The TypeScript block of a document that is marked as this file. */
function fileOf(document: string, file: string): string {
  const code = readFileSync(join(root, document), "utf8").match(
    new RegExp(`^\`\`\`ts file=${file}\\n(.*?)^\`\`\``, "ms"),
  )?.[1];
  if (code === undefined) throw new Error(`${document} has no ${file}`);
  return code;
}
