import { expect, test } from "vitest";
import { closedUrl, startServer } from "../support/server.ts";
import { issuer, tokens } from "./support/people.ts";
import { runAudit } from "./support/run-audit.ts";
import { startShelves } from "./support/shelf-server.ts";
import { temporaryFiles } from "./support/temporary-file.ts";

/** Serves one text to whoever asks for anything. */
function serve(text: string, status = 200, headers: Record<string, string> = {}): Promise<string> {
  return startServer(() => (_request, response) => {
    response.writeHead(status, headers).end(text);
  });
}

const minimal = JSON.stringify({ openapi: "3.1.0", paths: { "/a": { get: {} } } });

test.each<[string, string[] | (() => Promise<string[]>), Record<string, string>, RegExp]>([
  ["no document", [], tokens, /DOCUMENT/],
  [
    "a file that is not there",
    ["/nowhere/openapi.json"],
    tokens,
    /Cannot read \/nowhere\/openapi.json \(ENOENT\)/,
  ],
  [
    "an address where nothing listens",
    async () => [`${await closedUrl()}/openapi.json`],
    tokens,
    /Is the API running/,
  ],
  [
    "a document that cannot be had",
    async () => [await serve("no", 401)],
    tokens,
    /answers 401.*Save the document/,
  ],
  ["a redirect", async () => [await serve("", 302, { location: "/x" })], tokens, /redirects \(302\)/],
  ["a web page", async () => [await serve("<html><p>Sign in: please")], tokens, /is a web page/],
  [
    "text that is neither JSON nor YAML",
    async () => [await serve("{ a: [")],
    tokens,
    /neither JSON nor YAML/,
  ],
  ["Swagger 2", async () => [await serve('{"swagger":"2.0"}')], tokens, /Swagger 2\.0/],
  ["a document of no version", async () => [await serve('{"openapi":"4.0.0"}')], tokens, /3\.0 or 3\.1/],
  [
    "a document without paths",
    async () => [await serve('{"openapi":"3.0.0","paths":{}}')],
    tokens,
    /no paths/,
  ],
  ["no token", async () => [await serve(minimal)], {}, /token of user A is missing/],
  [
    "one token",
    async () => [await serve(minimal)],
    { USHER_TOKEN_A: tokens.USHER_TOKEN_A },
    /user B is missing/,
  ],
  [
    "twice the same user",
    async () => [await serve(minimal)],
    { ...tokens, USHER_TOKEN_B: issuer.tokenFor("ada") },
    /same user/,
  ],
  [
    "a token that is no JWT",
    async () => [await serve(minimal)],
    { ...tokens, USHER_TOKEN_B: "a".repeat(32) },
    /is no JWT/,
  ],
  [
    "an expired token",
    async () => [await serve(minimal)],
    { ...tokens, USHER_TOKEN_A: tokens.USHER_EXPIRED_TOKEN },
    /user A has expired .*ago/,
  ],
  [
    "a token without sub",
    async () => [await serve(minimal)],
    { ...tokens, USHER_TOKEN_A: issuer.tokenFor("x", { claims: { sub: undefined } }) },
    /no `sub`/,
  ],
  [
    "an expired token that is not",
    async () => [await serve(minimal)],
    { ...tokens, USHER_EXPIRED_TOKEN: issuer.tokenFor("ada") },
    /has not expired/,
  ],
  [
    "a token as an argument",
    async () => [await serve(minimal), "--token-a", tokens.USHER_TOKEN_A],
    tokens,
    /--token-a takes a file/,
  ],
  [
    "a token for the document",
    [tokens.USHER_TOKEN_A],
    tokens,
    /Cannot read eyJ\w{3}… \(\d+ characters\) \((?:ENOENT|ENAMETOOLONG)\)/,
  ],
  [
    "another kind of token as an argument",
    async () => [await serve(minimal), "--token-a", "s".repeat(32)],
    tokens,
    /Cannot read s{6}… \(32 characters\) \(ENOENT\)/,
  ],
  [
    "a path that is in another file",
    async () => [await serve('{"openapi":"3.1.0","paths":{"/a":{"$ref":"a.yaml"}}}')],
    tokens,
    /\/a is in another file/,
  ],
  ["a rate of nothing", ["x", "--rate", "0"], tokens, /--rate takes a number above 0/],
  ["a number that is none", ["x", "--max-requests", "many"], tokens, /--max-requests takes a number/],
  [
    "a server that is no address",
    async () => [await serve(minimal), "--server", "localhost:1"],
    tokens,
    /--server must be an absolute http/,
  ],
  [
    "credentials in an address",
    ["http://me:pass@localhost:1/openapi.json"],
    tokens,
    /must have no credentials/,
  ],
  [
    "another machine",
    async () => [await serve(minimal), "--server", "https://api.example.com"],
    tokens,
    /not this machine.*--i-own-this/,
  ],
  ["an unknown flag", ["x", "--write"], tokens, /Did you mean --writes/],
])("cannot run with %s, and says why", async (_case, words, environment, message) => {
  const run = await runAudit(typeof words === "function" ? await words() : words, environment);
  expect(run.errors).toMatch(message);
  expect(run).toMatchObject({ exitCode: 2, output: "" });
  for (const token of Object.values(tokens)) expect(run.errors).not.toContain(token.slice(0, 20));
});

test("cannot run where a document in a file names no server, or a relative one", async () => {
  const { write } = temporaryFiles();
  const run = await runAudit([write("openapi.json", minimal)], tokens);
  expect(run).toMatchObject({ exitCode: 2, errors: expect.stringContaining("--server") });
});

test("cannot run where the API takes the token nowhere: a refusal would prove nothing", async () => {
  const server = await startShelves("another secret, of which nothing is known", { books: undefined }, [
    "ada",
    "grace",
  ]);
  try {
    const run = await runAudit([server.documentUrl], tokens);
    expect(run).toMatchObject({
      exitCode: 2,
      output: "",
      errors: expect.stringContaining("user A is refused by every"),
    });
  } finally {
    await server.close();
  }
});

test("cannot run where a document in a file names another machine", async () => {
  const { write } = temporaryFiles();
  const servers =
    "servers: [{ url: 'https://{region}.example.com/v1', variables: { region: { default: eu } } }]";
  const file = write("openapi.yaml", `openapi: 3.1.0\n${servers}\npaths: { /a: { get: {} } }\n`);
  const run = await runAudit([file], tokens);
  expect(run).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining("https://eu.example.com is not this machine"),
  });
});
