import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../../scripts/release/pack.ts";
import { describeTarballs } from "../../../scripts/release/release.ts";
import { settle } from "../../../scripts/release/sbom.ts";
import { type Packed, packed } from "./packed.ts";

/** A CycloneDX component. */
interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly unknown[];
  readonly properties: readonly { readonly name: string }[];
}

interface Bill {
  readonly bomFormat: string;
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const made = new Date("2030-01-02T03:04:05Z");
let folder: string;
let packages: Packed[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-release-"));
  packages = await packed(folder);
  await describeTarballs(folder, packages, made);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const readBill = async (file: string): Promise<Bill> =>
  JSON.parse(await readFile(join(folder, file), "utf8"));
const billOf = (name: string) => {
  const { file } = packages.find(({ manifest }) => manifest.name === name) as Packed;
  return readBill(file.replace(".tgz", ".cdx.json"));
};
const namesIn = (bill: Bill) => bill.components.map(({ name }) => name).sort();
const isForDevelopment = ({ properties }: Component) =>
  properties.some(({ name }) => name === "cdx:npm:package:development");

test("has a bill of materials for each package, with its tarball's hash, and checksums of all files", async () => {
  for (const { manifest, path } of packages) {
    const { bomFormat, serialNumber, metadata } = await billOf(manifest.name);
    const bytes = await readFile(path);
    const content = createHash("sha512").update(bytes).digest("hex");
    expect(bomFormat).toBe("CycloneDX");
    expect(serialNumber).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
    expect(metadata.timestamp).toBe(made.toISOString());
    expect(metadata.component).toMatchObject({ name: manifest.name, version: manifest.version });
    expect(metadata.component.hashes).toEqual([{ alg: "SHA-512", content }]);
  }
  const sums = (await readFile(join(folder, "SHA256SUMS"), "utf8")).trim().split("\n");
  const files = (await readdir(folder)).filter((file) => /\.(?:tgz|cdx\.json)$/.test(file)).sort();
  expect(files).toHaveLength(2 * packages.length + 1);
  expect(sums.map((line) => line.split("  ")[1])).toEqual(files);
  for (const line of sums) {
    const [sum, file] = line.split("  ") as [string, string];
    const bytes = await readFile(join(folder, file));
    expect(sum, file).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("a package's bill of materials lists what an install brings, and nothing else", async () => {
  for (const name of ["verify", "client", "issuer", "testing"]) {
    expect((await billOf(`@usher-auth/${name}`)).components, name).toEqual([]);
  }
  expect(namesIn(await billOf("@usher-auth/postgres"))).toEqual(["@usher-auth/verify"]);
  const program = await billOf("usher-auth");
  const { manifest } = packages.find((one) => one.manifest.name === "usher-auth") as Packed;
  expect(namesIn(program)).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies ?? {})));
  // Only openapi-sampler depends on it.
  expect(namesIn(program)).toContain("json-pointer");
  expect(namesIn(program)).not.toContain("@usher-auth/testing");
  for (const one of program.components) {
    expect(one).toMatchObject({
      purl: expect.stringMatching(/^pkg:npm\//),
      hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[\da-f]{128}$/) }],
      licenses: [expect.anything()],
    });
    expect(isForDevelopment(one), one.name).toBe(false);
  }
});

test("the repository's bill of materials lists everything and marks development dependencies", async () => {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const { metadata, components } = await readBill(`usher-${version}.cdx.json`);
  expect(metadata.component.name).toBe("usher");
  const find = (name: string) => components.find((one) => one.name === name) as Component;
  // The API's version; tests/compat has others.
  const api = JSON.parse(await readFile(join(root, "apps/api/package.json"), "utf8"));
  const fastify = components.find(
    (one) => one.name === "fastify" && one.version === api.dependencies.fastify,
  );
  expect(isForDevelopment(fastify as Component)).toBe(false);
  expect(isForDevelopment(find("vitest"))).toBe(true);
  expect(find("@usher-auth/api")).toMatchObject({ version });
});

test("the bills of materials name no machine and are reproducible", async () => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".cdx.json"));
  for (const file of files) {
    const text = await readFile(join(folder, file), "utf8");
    for (const place of [root, `${homedir()}/`, `${tmpdir()}/`]) expect(text, file).not.toContain(place);
    const addresses = [...text.matchAll(/\bhttps?:\/\/[^/"]+/g)].map(([address]) => address);
    expect(new Set(addresses)).toEqual(new Set(["http://cyclonedx.org"]));
    // The serial number is derived from the rest, and the time is the given one.
    const bill = JSON.parse(text);
    expect(settle(bill, made)).toEqual(bill);
  }
});
