import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDocument } from "../../../src/openapi/load.ts";
import { startServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { reportOf, runAudit } from "../support/run-audit.ts";
import { tokens } from "../support/test-users.ts";

/** Nested lists. */
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** The document of an API that accepts everything, with this schema as a body. */
async function documentOf(schema: unknown, components: unknown = {}, servedAs = "{}"): Promise<string> {
  const url = await startServer(() => (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(servedAs);
  });
  const body = { content: { "application/json": { schema } } };
  const paths = { "/items": { post: { requestBody: body }, get: {} } };
  const path = join(await temporaryFolder(), "openapi.json");
  await writeFile(path, JSON.stringify({ openapi: "3.1.0", servers: [{ url }], paths, components }));
  return path;
}

/** Ten properties with ten properties each, and so on: more values than fit into memory. */
const branching = Object.fromEntries(
  Array.from({ length: 12 }, (_, level) => [
    `S${level}`,
    {
      type: "object",
      properties: Object.fromEntries(
        Array.from({ length: 10 }, (_unused, name) => [
          `p${name}`,
          { $ref: `#/components/schemas/S${level + 1}` },
        ]),
      ),
    },
  ]),
);

const deep = (levels: number): unknown =>
  levels === 0 ? { type: "string" } : { type: "object", properties: { inner: deep(levels - 1) } };

describe("does not generate a value for a schema that asks for too much:", () => {
  test.each<[string, unknown, string]>([
    ["a huge minLength", { type: "string", minLength: 2 ** 31 }, "minLength 2147483648"],
    ["a minLength that no string can have", { type: "string", minLength: 1e300 }, "minLength 1e+300"],
    ["a huge minItems", { type: "array", items: {}, minItems: 1e9 }, "minItems 1000000000"],
    [
      "nested lists",
      [1, 2, 3].reduce<unknown>((items) => ({ type: "array", items, minItems: 100 }), { type: "string" }),
      "more than 10000 nested values",
    ],
    ["objects with many properties", { $ref: "#/components/schemas/S0" }, "more than 10000 nested values"],
    ["deep nesting", deep(60), "deeper than 50"],
    ["a long pattern", { type: "string", pattern: "[ab]?".repeat(5000) }, "a pattern of 25000 characters"],
    ["a repeating pattern", { type: "string", pattern: "^a{1000000000}$" }, "repeats 1000000000 times"],
    [
      "a schema inside another",
      { properties: { a: { anyOf: [{ type: "string", minLength: 1e9 }] } } },
      "minLength 1000000000",
    ],
  ])("%s", async (_what, schema, word) => {
    const document = await documentOf(schema, { schemas: branching });
    const run = await runAudit([document, "--json", "--writes"], tokens);
    expect(run.errors).toBe("");
    expect(reportOf(run).notes).toContainEqual(
      expect.stringMatching(
        /^No value was generated for POST \/items, because its schema is too large: .*Add an example/,
      ),
    );
    expect(reportOf(run).notes.join()).toContain(word);
  });

  test("generates a value for a schema that refers to itself, and for usual limits", async () => {
    const node = {
      type: "object",
      properties: { child: { $ref: "#/components/schemas/Node" }, next: { items: {} } },
    };
    const schema = {
      allOf: [{ $ref: "#/components/schemas/Node" }],
      properties: { a: { type: "string", minLength: 255 } },
    };
    const run = await runAudit(
      [await documentOf(schema, { schemas: { Node: node } }), "--json", "--writes"],
      tokens,
    );
    expect(reportOf(run).notes.join()).not.toContain("No value was generated");
  });

  test("uses the document's example, and replaces its lone surrogates", async () => {
    const schema = { type: "string", minLength: 1e9, example: "\ud800" };
    const run = await runAudit(
      [await documentOf({ properties: { a: schema } }), "--json", "--writes"],
      tokens,
    );
    expect(run.errors).toBe("");
  });
});

test("survives a deeply nested answer", async () => {
  const run = await runAudit([await documentOf({}, {}, nested(400_000)), "--json"], tokens);
  expect(run).toMatchObject({ errors: "", exitCode: 1 });
});

describe("rejects a document in one line if it is", () => {
  const load = (place: string) =>
    loadDocument(place, 300).then(
      () => "loaded",
      (error: Error) => `${error.name}: ${error.message}`,
    );
  const inFile = async (bytes: string | Uint8Array) => {
    const path = join(await temporaryFolder(), "openapi.json");
    await writeFile(path, bytes);
    return load(path);
  };
  const minimal = '{"openapi":"3.1.0","paths":{"/a":{}}}';

  test("not complete in time", async () => {
    const url = await startServer(
      () => (_request, response) => void response.writeHead(200).write(minimal.slice(0, 9)),
    );
    expect(await load(`${url}/openapi.json`)).toMatch(
      /^CannotRun: http.* did not send the whole document within 0\.3 s\.$/,
    );
  });

  test("cut off", async () => {
    const url = await startServer(() => (_request, response) => {
      response.writeHead(200, { "content-length": 100 }).write(minimal, () => response.destroy());
    });
    expect(await load(`${url}/openapi.json`)).toMatch(
      /^CannotRun: http.* closed the connection before the document was complete\.$/,
    );
  });

  test("endless", async () => {
    const url = await startServer(() => (_request, response) => {
      const more = () => response.write(Buffer.alloc(1024 * 1024, 32), () => !response.destroyed && more());
      more();
    });
    expect(await loadDocument(`${url}/a`).catch(String)).toContain("has more than 32 MB");
  });

  test("never answered", async () => {
    const url = await startServer(() => () => {});
    expect(await load(url)).toMatch(/^CannotRun: Nothing answers .*no answer in time/);
  });

  test.each([
    [
      "deeply nested",
      `{"openapi":"3.1.0","paths":{"/a":{"get":{"x":${nested(100_000)}}}}}`,
      "nested deeper than 200",
    ],
    ["YAML that contains itself", "openapi: 3.1.0\npaths: &a\n  /a: *a\n", "nested deeper than 200"],
    [
      "YAML that expands exponentially",
      `openapi: 3.1.0\npaths: {}\na0: &a0 [x]\n${Array.from({ length: 40 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]\n`).join("")}`,
      "cannot be parsed",
    ],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), "is not text"],
  ])("%s", async (_what, bytes, word) => {
    expect(await inFile(bytes)).toMatch(/^CannotRun: /);
    expect(await inFile(bytes)).toContain(word);
  });

  test.each([
    ["UTF-16", Buffer.from(`\ufeff${minimal}`, "utf16le")],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${minimal}`)],
  ])("not if it is %s", async (_what, bytes) => {
    expect(await inFile(bytes)).toBe("loaded");
  });

  test("a folder or an endless device", async () => {
    expect(await load("/")).toBe("CannotRun: / is a folder.");
    expect(await load("/dev/zero")).toContain("has more than 32 MB");
  });
});
