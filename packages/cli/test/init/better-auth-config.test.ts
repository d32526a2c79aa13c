import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { createProject, initJson, manifest } from "./support/project.ts";

const api = `import fastify from "fastify";

const app = fastify();
`;

async function edit(config: string, name = "src/auth.ts", ...words: string[]) {
  const folder = await createProject({
    "package.json": manifest(["fastify", "better-auth"]),
    "src/index.ts": api,
    [name]: config,
  });
  const { manual } = await initJson(folder, ...words);
  return {
    folder,
    step: manual.find(({ path }) => path === name),
    after: await readFile(join(folder, name), "utf8"),
  };
}

/** The ids of the plugins of the config, loaded by Better Auth itself. */
async function pluginsOf(folder: string, name = "src/auth.ts", exported = "auth"): Promise<string[]> {
  vi.stubEnv("BETTER_AUTH_SECRET", "hVxJ2mQ8sT4wZ7yB0cF5kN9pR3uE6gLa");
  onTestFinished(() => void vi.unstubAllEnvs());
  const module = await import(pathToFileURL(join(folder, name)).href);
  await module[exported].$context;
  return module[exported].options.plugins.map(({ id }: { id: string }) => id);
}

const head = `import { betterAuth } from "better-auth";
import { bearer } from "better-auth/plugins";
`;

test.each([
  [
    "no plugins",
    `${head}void bearer;\nexport const auth = betterAuth({ baseURL: "http://localhost:3000" });\n`,
    ["jwt"],
  ],
  [
    "no plugins, over several lines without a last comma",
    `${head}void bearer;\nexport const auth = betterAuth({\n  baseURL: "http://localhost:3000" // ours\n});\n`,
    ["jwt"],
  ],
  [
    "an empty list",
    `${head}void bearer;\nexport const auth = betterAuth({ baseURL: "http://localhost:3000", plugins: [] });\n`,
    ["jwt"],
  ],
  [
    "a list on one line",
    `${head}export const auth = betterAuth({ baseURL: "http://localhost:3000", plugins: [bearer()] });\n`,
    ["jwt", "bearer"],
  ],
  [
    "a list over several lines, with comments and tabs",
    `${head}export const auth = betterAuth({\n\tbaseURL: "http://localhost:3000",\n\tplugins: [\n\t\t// for apps\n\t\tbearer(), // must be last\n\t],\n});\n`,
    ["jwt", "bearer"],
  ],
  [
    "a list in a constant",
    `${head}const plugins = [bearer()];\nexport const auth = betterAuth({ baseURL: "http://localhost:3000", plugins });\n`,
    ["jwt", "bearer"],
  ],
  [
    "a list with a spread of a constant",
    `${head}const shared = [bearer()];\nexport const auth = betterAuth({ baseURL: "http://localhost:3000", plugins: [...shared] });\n`,
    ["jwt", "bearer"],
  ],
  [
    "options in a constant, with a type",
    `import { type BetterAuthOptions, betterAuth } from "better-auth";\n\nconst options = {\n  baseURL: "http://localhost:3000",\n} satisfies BetterAuthOptions;\nexport const auth = betterAuth(options);\n`,
    ["jwt"],
  ],
  [
    "an import under another name",
    `import { betterAuth as create } from "better-auth";\nexport const auth = create({ baseURL: "http://localhost:3000" });\n`,
    ["jwt"],
  ],
])("the plugin is added to %s", async (_name, config, expected) => {
  const { folder, step, after } = await edit(config);
  expect(step).toBeUndefined();
  expect(after).toContain('usherJwt({ audience: process.env.API_URL ?? "http://localhost:3001" })');
  expect(await pluginsOf(folder)).toEqual(expected);
});

test("the plugin is added to a default export, and to CommonJS", async () => {
  const config =
    'import { betterAuth } from "better-auth";\n\nexport default betterAuth({ baseURL: "http://localhost:3000" });\n';
  const { folder } = await edit(config);
  expect(await pluginsOf(folder, "src/auth.ts", "default")).toEqual(["jwt"]);
  const required = `const { betterAuth } = require('better-auth')

module.exports.auth = betterAuth({ baseURL: 'http://localhost:3000' })
`;
  const { folder: other, after } = await edit(required, "src/auth.cjs");
  expect(after).toContain("const { usherJwt } = require('@usher-auth/issuer')\n");
  expect(await pluginsOf(other, "src/auth.cjs")).toEqual(["jwt"]);
});

test("a key pair signs with --keys jwks", async () => {
  const { after } = await edit(
    'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
    "src/auth.ts",
    "--keys",
    "jwks",
    "--api",
    "https://api.example.com/",
  );
  expect(after).toContain(
    'betterAuth({ plugins: [usherJwt({ audience: process.env.API_URL ?? "https://api.example.com", algorithm: "EdDSA" })] })',
  );
});

const jwt = 'import { betterAuth } from "better-auth";\nimport { jwt } from "better-auth/plugins";\n';

test.each([
  ["jwt()", `${jwt}export const auth = betterAuth({ plugins: [jwt()] });\n`, "coming-from-jwt"],
  [
    "jwt() under another name",
    `${jwt.replace("{ jwt }", "{ jwt as tokens }")}export const auth = betterAuth({ plugins: [tokens()] });\n`,
    "coming-from-jwt",
  ],
  [
    "jwt() of its module",
    `${jwt.replace('plugins"', 'plugins/jwt"')}const list = [jwt()];\nexport const auth = betterAuth({ plugins: list });\n`,
    "coming-from-jwt",
  ],
  [
    "jwt() of a namespace",
    `import { betterAuth } from "better-auth";\nimport * as plugins from "better-auth/plugins";\nexport const auth = betterAuth({ plugins: [plugins.jwt()] });\n`,
    "coming-from-jwt",
  ],
  [
    "a list from a function",
    `${head}declare function list(): [];\nexport const auth = betterAuth({ plugins: list() });\n`,
    "comes from elsewhere",
  ],
  [
    "a list from another file",
    `${head}import { plugins } from "./plugins.ts";\nexport const auth = betterAuth({ plugins });\n`,
    "comes from elsewhere",
  ],
  [
    "a spread of another file's list",
    `${head}import { shared } from "./plugins.ts";\nexport const auth = betterAuth({ plugins: [...shared, bearer()] });\n`,
    "come from elsewhere",
  ],
  [
    "a choice of lists",
    `${head}export const auth = betterAuth({ plugins: process.env.X ? [bearer()] : [] });\n`,
    "comes from elsewhere",
  ],
  [
    "options with a spread",
    `${head}import { base } from "./base.ts";\nexport const auth = betterAuth({ ...base });\n`,
    "some options come from elsewhere",
  ],
  [
    "options from another file",
    `${head}import { base } from "./base.ts";\nexport const auth = betterAuth(base);\n`,
    "come from elsewhere",
  ],
  [
    "two calls",
    `${head}export const auth = betterAuth({});\nexport const other = betterAuth({});\n`,
    "exactly one call",
  ],
  [
    "a name that is taken",
    `${head}const usherJwt = bearer;\nexport const auth = betterAuth({ plugins: [usherJwt()] });\n`,
    "the name usherJwt",
  ],
])("%s is left to a person", async (_name, config, why) => {
  const { after, step } = await edit(config);
  expect(after).toBe(config);
  expect(step?.why).toContain(why);
  expect(step?.lines).toContain("plugins: [usherJwt({ audience:");
});

test("a config that has the plugin stays as it is, and says what signs", async () => {
  const config = `import { betterAuth } from "better-auth";
import { usherJwt } from "@usher-auth/issuer";
export const auth = betterAuth({ plugins: [usherJwt({ audience: "https://api.example.com", algorithm: "EdDSA" })] });
`;
  const { folder, after, step } = await edit(config);
  expect({ after, step }).toEqual({ after: config, step: undefined });
  expect(await readFile(join(folder, ".env.example"), "utf8")).toContain(
    "USHER_JWKS_URL=http://localhost:3000/api/auth/jwks",
  );
});
