import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import config from "../../../tsdown.config.ts";
import manifest from "../package.json" with { type: "json" };

/** The code of every file that is published, without its comments. */
const files = new Map<string, string>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-bundle-"));
  const verify = config.find(({ name }) => name === "verify");
  await build({
    ...verify,
    config: false,
    cwd: "packages/verify",
    outDir: folder,
    dts: false,
    sourcemap: false,
    minify: true,
    logLevel: "error",
  });
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith(".js")) files.set(name, await readFile(join(folder, name), "utf8"));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * Ways to sign, to make keys, or to reach the network, by Node's, Web Crypto's and the usual libraries'
 * names.
 */
const forbidden = [
  /createSign\b/,
  /\bsign\s*\(/,
  /\.sign\b/,
  /sign(?:JWT|Jwt|Token)/,
  /SignJWT/,
  /generateKey/,
  /generatePrime/,
  /createPrivateKey/,
  /createDiffieHellman|createECDH/,
  /\bsubtle\b/,
  /randomBytes|randomUUID|getRandomValues/,
  /createCipher/,
  /privateKey/i,
];

describe("the built bundle of @usher-auth/verify", () => {
  it("contains nothing that signs or generates keys", () => {
    expect([...files.keys()]).toContain("index.js");
    expect([...files.keys()]).toContain("adapters/fastify.js");
    for (const [name, code] of files) {
      for (const pattern of forbidden) expect(code, name).not.toMatch(pattern);
    }
  });

  it("imports from node:crypto only what verifying needs", () => {
    const names = [...files.values()].flatMap((code) =>
      [...code.matchAll(/import\s*(?:\w+\s*,\s*)?\{([^}]*)\}\s*from\s*["'](?:node:)?crypto["']/g)].flatMap(
        (match) => (match[1] as string).split(",").map((name) => name.trim().split(" ")[0]),
      ),
    );
    expect(new Set(names)).toEqual(
      new Set([
        "constants",
        "createHmac",
        "createPublicKey",
        "createSecretKey",
        "createVerify",
        "timingSafeEqual",
        "verify",
      ]),
    );
  });

  it("imports only Node's modules and its own files; an adapter also its framework", () => {
    const frameworks = Object.keys(manifest.peerDependencies);
    for (const [name, code] of files) {
      const sources = [...code.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map(
        (match) => match[1] as string,
      );
      for (const source of sources) {
        const isFramework = frameworks.some(
          (framework) => source === framework || source.startsWith(`${framework}/`),
        );
        if (name.startsWith("adapters/") && isFramework) continue;
        expect(source, name).toMatch(/^(?:node:(?:crypto|buffer|diagnostics_channel|http|util)$|\.\.?\/)/);
      }
    }
  });

  // A range would have npm refuse the core beside another version, also where no adapter is used. An adapter
  // says what it supports.
  it("has no dependencies; each peer is optional, in any version", () => {
    expect(manifest).not.toHaveProperty("dependencies");
    expect(new Set(Object.values(manifest.peerDependencies))).toEqual(new Set(["*"]));
    expect(Object.keys(manifest.peerDependenciesMeta).sort()).toEqual(
      Object.keys(manifest.peerDependencies).sort(),
    );
  });
});
