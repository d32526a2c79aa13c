import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDocument } from "../../../src/audit/document/load.ts";
import { temporaryFolder } from "../../support/consult.ts";
import { startServer } from "../../support/server.ts";
import { tokens } from "../support/people.ts";
import { reportOf, runAudit } from "../support/run-audit.ts";

/** Lists within lists, so many times. */
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** An API that takes everything, with one operation for this schema. */
async function documentOf(schema: unknown, components: unknown = {}, servedAs = "{}"): Promise<string> {
  const url = await startServer(() => (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(servedAs);
  });
  const body = { content: { "application/json": { schema } } };
  const paths = { "/things": { post: { requestBody: body }, get: {} } };
  const path = join(await temporaryFolder(), "openapi.json");
  await writeFile(path, JSON.stringify({ openapi: "3.1.0", servers: [{ url }], paths, components }));
  return path;
}

/** Ten properties, each of which has ten, and so on: a small text for more values than any memory holds. */
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

describe("a schema that asks for more than can be made up does not end the run:", () => {
  test.each<[string, unknown, string]>([
    ["a huge minLength", { type: "string", minLength: 2 ** 31 }, "minLength 2147483648"],
    ["one that no string can have", { type: "string", minLength: 1e300 }, "minLength 1e+300"],
    ["a huge minItems", { type: "array", items: {}, minItems: 1e9 }, "minItems 1000000000"],
    [
      "lists within lists",
      [1, 2, 3].reduce<unknown>((items) => ({ type: "array", items, minItems: 100 }), { type: "string" }),
      "more than 10000 values",
    ],
    ["objects that branch", { $ref: "#/components/schemas/S0" }, "more than 10000 values"],
    ["deep nesting", deep(60), "deeper than 50"],
    ["a long pattern", { type: "string", pattern: "[ab]?".repeat(5000) }, "a pattern of 25000 characters"],
    ["a pattern that repeats", { type: "string", pattern: "^a{1000000000}$" }, "repeats 1000000000 times"],
    [
      "a part of another",
      { properties: { a: { anyOf: [{ type: "string", minLength: 1e9 }] } } },
      "minLength 1000000000",
    ],
  ])("%s", async (_what, schema, word) => {
    const document = await documentOf(schema, { schemas: branching });
    const run = await runAudit([document, "--json", "--writes"], tokens);
    expect(run.errors).toBe("");
    expect(reportOf(run).notes).toContainEqual(
      expect.stringMatching(/^Not made up for POST \/things, since it is too much: .*Give it an example\.$/),
    );
    expect(reportOf(run).notes.join()).toContain(word);
  });

  test("one that refers to itself is no excess, and nor are usual bounds", async () => {
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
    expect(reportOf(run).notes.join()).not.toContain("Not made up");
  });

  test("an example in the document counts, and its halves of characters are sent as something else", async () => {
    const schema = { type: "string", minLength: 1e9, example: "\ud800" };
    const run = await runAudit(
      [await documentOf({ properties: { a: schema } }), "--json", "--writes"],
      tokens,
    );
    expect(run.errors).toBe("");
  });
});

test("an answer that is nested without end does not end the run", async () => {
  const run = await runAudit([await documentOf({}, {}, nested(400_000)), "--json"], tokens);
  expect(run).toMatchObject({ errors: "", exitCode: 1 });
});

describe("a document that cannot be used is said to be so, in one line:", () => {
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

  test("a body that overruns its time", async () => {
    const url = await startServer(
      () => (_request, response) => void response.writeHead(200).write(minimal.slice(0, 9)),
    );
    expect(await load(`${url}/openapi.json`)).toMatch(
      /^CannotRun: http.* takes more than 0\.3 s to send the document\.$/,
    );
  });

  test("a body that breaks off", async () => {
    const url = await startServer(() => (_request, response) => {
      response.writeHead(200, { "content-length": 100 }).write(minimal, () => response.destroy());
    });
    expect(await load(`${url}/openapi.json`)).toMatch(/^CannotRun: http.* broke off within the document\.$/);
  });

  test("a body without an end", async () => {
    const url = await startServer(() => (_request, response) => {
      const more = () => response.write(Buffer.alloc(1024 * 1024, 32), () => !response.destroyed && more());
      more();
    });
    expect(await loadDocument(`${url}/a`).catch(String)).toContain("has more than 32 MB");
  });

  test("an answer that never begins", async () => {
    const url = await startServer(() => () => {});
    expect(await load(url)).toMatch(/^CannotRun: Nothing answers .*no answer in time/);
  });

  test.each([
    [
      "deep nesting",
      `{"openapi":"3.1.0","paths":{"/a":{"get":{"x":${nested(100_000)}}}}}`,
      "nested deeper than 200",
    ],
    ["YAML that holds itself", "openapi: 3.1.0\npaths: &a\n  /a: *a\n", "nested deeper than 200"],
    [
      "YAML that doubles itself",
      `openapi: 3.1.0\npaths: {}\na0: &a0 [x]\n${Array.from({ length: 40 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]\n`).join("")}`,
      "cannot be parsed",
    ],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), "is no text"],
  ])("%s", async (_what, bytes, word) => {
    expect(await inFile(bytes)).toMatch(/^CannotRun: /);
    expect(await inFile(bytes)).toContain(word);
  });

  test.each([
    ["UTF-16", Buffer.from(`\ufeff${minimal}`, "utf16le")],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${minimal}`)],
  ])("while %s is read", async (_what, bytes) => {
    expect(await inFile(bytes)).toBe("loaded");
  });

  test("and so are a folder, and a device without an end", async () => {
    expect(await load("/")).toBe("CannotRun: / is a folder.");
    expect(await load("/dev/zero")).toContain("has more than 32 MB");
  });
});
