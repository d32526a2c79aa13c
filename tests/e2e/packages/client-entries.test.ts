import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, packed } from "./packed.ts";

let folder: string;
let client: Packed;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-client-entries-"));
  const packages = await packed(join(folder, "tarballs"));
  client = packages.find(({ manifest }) => manifest.name === "@usher-auth/client") as Packed;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const load = async (file: string): Promise<Record<string, unknown>> =>
  await import(pathToFileURL(join(client.contents, file)).href);

/** A file of the bundle with everything that it imports. */
function codeOf(file: string): string {
  const code = client.read(file);
  const imported = [...code.matchAll(/from\s*"\.\/([^"]+)"/g)].map(([, name]) => codeOf(`dist/${name}`));
  return [code, ...imported].join("\n");
}

describe("the entries of the packed client", () => {
  it("share their errors, so that instanceof works for an error of either", async () => {
    const [browser, server] = [await load("dist/index.js"), await load("dist/server.js")];
    const shared = Object.keys(browser).filter((name) => name in server && name.endsWith("Error"));
    expect(shared).toEqual(
      expect.arrayContaining(["DestinationError", "SignedOutError", "TokenUnavailableError"]),
    );
    for (const name of shared) expect(browser[name], name).toBe(server[name]);
  });

  it("import nothing but their own files", () => {
    for (const file of ["dist/index.js", "dist/server.js"])
      expect(codeOf(file).match(/from\s*"(?!\.\/)[^"]*"|\brequire\(|\bimport\(/g)).toBeNull();
  });

  it("have no server code in the browser's entry", () => {
    expect(codeOf("dist/index.js")).not.toMatch(/apiProxy\(|serverApi\(options|sec-fetch-site/i);
    expect(codeOf("dist/server.js")).toMatch(/serverApi\(options/);
  });
});
