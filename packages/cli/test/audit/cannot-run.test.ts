import { expect, test } from "vitest";
import { closedUrl, startServer } from "../support/server.ts";
import { startBackend } from "./support/backend.ts";
import { runAudit } from "./support/run-audit.ts";
import { temporaryFiles } from "./support/temporary-file.ts";
import { issuer, tokens } from "./support/test-users.ts";

/** Serves the same text on every path. */
function serve(text: string, status = 200, headers: Record<string, string> = {}): Promise<string> {
  return startServer(() => (_request, response) => {
    response.writeHead(status, headers).end(text);
  });
}

const minimal = JSON.stringify({ openapi: "3.1.0", paths: { "/a": { get: {} } } });

test.each<[string, string[] | (() => Promise<string[]>), Record<string, string>, RegExp]>([
  ["no document", [], tokens, /DOCUMENT/],
  [
    "a file that does not exist",
    ["/nowhere/openapi.json"],
    tokens,
    /Cannot read \/nowhere\/openapi.json \(ENOENT\)/,
  ],
  [
    "a port where nothing listens",
    async () => [`${await closedUrl()}/openapi.json`],
    tokens,
    /Is the API running/,
  ],
  [
    "https where only http is spoken",
    async () => [(await serve(minimal)).replace("http:", "https:")],
    tokens,
    /No https connection to https:.*ERR_SSL/,
  ],
  [
    "a document that needs a token",
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
  ["a Swagger 2.0 document", async () => [await serve('{"swagger":"2.0"}')], tokens, /Swagger 2\.0/],
  [
    "an OpenAPI version other than 3.0 and 3.1",
    async () => [await serve('{"openapi":"4.0.0"}')],
    tokens,
    /3\.0 or 3\.1/,
  ],
  [
    "a document without paths",
    async () => [await serve('{"openapi":"3.0.0","paths":{}}')],
    tokens,
    /no paths/,
  ],
  ["no tokens", async () => [await serve(minimal)], {}, /token of user A is missing/],
  [
    "only one token",
    async () => [await serve(minimal)],
    { USHER_TOKEN_A: tokens.USHER_TOKEN_A },
    /user B is missing/,
  ],
  [
    "two tokens of the same user",
    async () => [await serve(minimal)],
    { ...tokens, USHER_TOKEN_B: issuer.tokenFor("ada") },
    /same user/,
  ],
  [
    "a token that is not a JWT",
    async () => [await serve(minimal)],
    { ...tokens, USHER_TOKEN_B: "a".repeat(32) },
    /is not a JWT/,
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
    "an unexpired token in USHER_EXPIRED_TOKEN",
    async () => [await serve(minimal)],
    { ...tokens, USHER_EXPIRED_TOKEN: issuer.tokenFor("ada") },
    /has not expired/,
  ],
  [
    "a token as an argument",
    async () => [await serve(minimal), "--token-a", tokens.USHER_TOKEN_A],
    tokens,
    /--token-a takes the path of a file/,
  ],
  [
    "a token in place of the document",
    [tokens.USHER_TOKEN_A],
    tokens,
    /Cannot read eyJ\w{3}… \(\d+ characters\) \((?:ENOENT|ENAMETOOLONG)\)/,
  ],
  [
    "a session token as an argument",
    async () => [await serve(minimal), "--token-a", "s".repeat(32)],
    tokens,
    /Cannot read s{6}… \(32 characters\) \(ENOENT\)/,
  ],
  [
    "a path in another file",
    async () => [await serve('{"openapi":"3.1.0","paths":{"/a":{"$ref":"a.yaml"}}}')],
    tokens,
    /\/a is in another file/,
  ],
  ["a rate of 0", ["x", "--rate", "0"], tokens, /--rate must be a number above 0/],
  [
    "a limit that is not a number",
    ["x", "--max-requests", "many"],
    tokens,
    /--max-requests must be a number/,
  ],
  [
    "a server that is not a URL",
    async () => [await serve(minimal), "--server", "localhost:1"],
    tokens,
    /--server must be an absolute http/,
  ],
  [
    "credentials in a URL",
    ["http://me:pass@localhost:1/openapi.json"],
    tokens,
    /must not contain credentials/,
  ],
  [
    "a server on another machine",
    async () => [await serve(minimal), "--server", "https://api.example.com"],
    tokens,
    /not this machine.*--i-own-this/,
  ],
  ["an unknown flag", ["x", "--write"], tokens, /Did you mean --writes/],
])("does not run with %s, and says why", async (_case, words, environment, message) => {
  const run = await runAudit(typeof words === "function" ? await words() : words, environment);
  expect(run.errors).toMatch(message);
  expect(run).toMatchObject({ exitCode: 2, output: "" });
  for (const token of Object.values(tokens)) expect(run.errors).not.toContain(token.slice(0, 20));
});

test("does not run if a document in a file names no server", async () => {
  const { write } = temporaryFiles();
  const run = await runAudit([write("openapi.json", minimal)], tokens);
  expect(run).toMatchObject({ exitCode: 2, errors: expect.stringContaining("--server") });
});

test("does not run if the API rejects a token everywhere, because a refusal would prove nothing", async () => {
  const server = await startBackend(
    "another secret that the tokens are not signed with",
    { books: undefined },
    ["ada", "grace"],
  );
  try {
    const run = await runAudit([server.documentUrl], tokens);
    expect(run).toMatchObject({
      exitCode: 2,
      output: "",
      errors: expect.stringContaining("user A is rejected by every"),
    });
  } finally {
    await server.close();
  }
});

test("does not run if a document in a file names another machine", async () => {
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
