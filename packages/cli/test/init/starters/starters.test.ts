import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Answers } from "../../../src/init/answers.ts";
import { type FrameworkName, frameworkNames } from "../../../src/init/frameworks.ts";
import { type Starter, starterFor } from "../../../src/init/starters/index.ts";

const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

const answers: Answers = {
  framework: "fastify",
  issuer: { kind: "create" },
  keys: "secret",
  apiUrl: "http://localhost:4001",
  issuerUrl: "http://localhost:4000",
  language: "ts",
  moduleKind: "esm",
};
const elsewhere = { kind: "elsewhere", url: "https://app.example.com" } as const;
const other: Answers = { ...answers, issuer: elsewhere, issuerUrl: elsewhere.url };

const withStarter = frameworkNames.filter((name) => starterFor(name, answers) !== undefined);

function starter(framework: FrameworkName, given: Answers = answers): Starter {
  return starterFor(framework, { ...given, framework }) as Starter;
}

const file = ({ files }: Starter, path: string) => files.find((one) => one.path === path)?.content ?? "";
const names = ({ files }: Starter) => files.map(({ path }) => path);

it("there are starters for these frameworks", () => {
  expect(withStarter).toEqual(["fastify", "express", "hono", "nestjs", "next"]);
});

describe.each(withStarter)("the starter of %s", (framework) => {
  it("has each file once, by the name that it has in a project", () => {
    const paths = names(starter(framework));
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toEqual(expect.arrayContaining([".gitignore", ".env.example", ".env", "README.md"]));
    expect(paths).not.toContainEqual(expect.stringMatching(/\.template$|package\.json$/));
  });

  it("has a new secret, in a file for its owner only that git ignores", () => {
    const secretOf = (one: Starter) => /^BETTER_AUTH_SECRET=(.*)$/m.exec(file(one, ".env"))?.[1] ?? "";
    const [one, another] = [starter(framework), starter(framework)];
    expect(Buffer.from(secretOf(one), "base64url")).toHaveLength(32);
    expect(secretOf(one)).not.toBe(secretOf(another));
    for (const { path, content, mode } of one.files) {
      if (path === ".env") expect(mode).toBe(0o600);
      else expect(content).not.toContain(secretOf(one));
    }
    expect(file(one, ".gitignore").split("\n")).toContain(".env");
    expect(one.next.join()).not.toContain(secretOf(one));
  });

  it("has the addresses that were asked for, in all files", () => {
    const one = starter(framework);
    const apiUrl = framework === "next" ? answers.issuerUrl : answers.apiUrl;
    expect(JSON.parse(file(one, "openapi.json")).servers).toEqual([{ url: apiUrl }]);
    for (const path of [".env", ".env.example"]) {
      expect(file(one, path)).toContain("BETTER_AUTH_URL=http://localhost:4000\n");
      expect(file(one, path)).toContain(`API_URL=${apiUrl}\n`);
    }
    expect(JSON.stringify([file(one, "README.md"), one.next, one.scripts])).not.toMatch(/\b300[01]\b/);
  });

  it("signs with a key pair if that was asked for", () => {
    const sources = (one: Starter) => one.files.map(({ content }) => content).join("\n");
    expect(sources(starter(framework))).not.toMatch(/EdDSA|USHER_JWKS_URL/);
    const one = starter(framework, { ...answers, keys: "jwks" });
    expect(sources(one)).toContain('algorithm: "EdDSA"');
    expect(file(one, ".env")).toContain("USHER_JWKS_URL=http://localhost:4000/api/auth/jwks\n");
  });

  it("has no Better Auth if one runs elsewhere, and imports none", () => {
    const one = starter(framework, other);
    expect(names(one)).not.toContainEqual(expect.stringMatching(/\bauth\b/));
    expect(Object.keys(one.dependencies)).not.toContainEqual(expect.stringMatching(/better-auth|issuer/));
    for (const { path, content } of one.files)
      expect(content, path).not.toMatch(/from "(?:better-auth|@usher-auth\/issuer)|lib\/auth|\/auth\/server/);
    expect(file(one, ".env")).toMatch(/^BETTER_AUTH_SECRET=$/m);
    expect(one.next[0]).toContain("BETTER_AUTH_SECRET");
    expect(file(starter(framework, { ...other, keys: "jwks" }), ".env")).not.toContain("SECRET");
  });

  it("takes this version of our packages, and says which version of the others", () => {
    const { dependencies, devDependencies, fields } = starter(framework);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      if (/^@?usher-auth/.test(name)) expect(version).toBe(`^${manifest.version}`);
      else expect(version).toMatch(/^\^\d+\.\d+\.\d+$/);
    expect(fields).toEqual({ private: true, type: "module", engines: manifest.engines });
  });

  it("names its tests: an older Node.js would find none by itself, and report success", () => {
    expect(starter(framework).scripts.test).toBe(
      framework === "nestjs" ? "vitest run" : 'node --test "test/**/*.test.ts"',
    );
  });
});

it("the tasks of Next.js are those of the others", () => {
  const [, shared = ""] = /class (Tasks \{.*?\n\})/s.exec(file(starter("fastify"), "src/api/tasks.ts")) ?? [];
  expect(shared).not.toBe("");
  expect(file(starter("next"), "lib/tasks.ts")).toContain(shared);
});
