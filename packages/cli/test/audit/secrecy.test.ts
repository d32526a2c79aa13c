import { afterAll, expect, test } from "vitest";
import { expectHidden } from "../support/hidden.ts";
import { startBackend } from "./support/backend.ts";
import { runAudit } from "./support/run-audit.ts";
import { temporaryFiles } from "./support/temporary-file.ts";
import { issuer, tokens } from "./support/test-users.ts";

const server = await startBackend(
  issuer.secret,
  {
    announcements: "open",
    letters: "accepts alg none",
    notes: "finds objects by id alone",
    books: undefined,
  },
  ["ada", "grace"],
);
afterAll(() => server.close());

const hidden = [issuer.secret, ...Object.values(tokens)];

test("no output contains a token, a part of one, or anything from a body", async () => {
  const files = temporaryFiles();
  const words = [
    server.documentUrl,
    "--writes",
    "--junit",
    files.path("junit.xml"),
    "--sarif",
    files.path("audit.sarif"),
  ];
  const text = await runAudit(words, tokens);
  const json = await runAudit([...words, "--json"], tokens);
  const outputs = [
    text.output,
    text.errors,
    json.output,
    json.errors,
    files.read("junit.xml"),
    files.read("audit.sarif"),
  ];
  expect(text.exitCode).toBe(1);
  for (const output of outputs) {
    expectHidden(output, hidden);
    expect(output).not.toMatch(/eyJ|first of|second of/);
  }
});

test("the check itself finds a token", () => {
  expect(() => expectHidden(`x ${tokens.USHER_TOKEN_A.slice(40, 60)} x`, hidden)).toThrow();
});

test("reads tokens from files and standard input", async () => {
  const { write } = temporaryFiles();
  const a = write("a.txt", `Bearer ${tokens.USHER_TOKEN_A}\n`);
  const byFile = await runAudit(
    [server.documentUrl, "--token-a", a, "--token-b", "-"],
    {},
    `${tokens.USHER_TOKEN_B}\n`,
  );
  expect(byFile).toMatchObject({ exitCode: 1, errors: "" });
  const both = await runAudit(
    [server.documentUrl, "--token-a", "-", "--token-b", "-", "--expired-token-file", "-"],
    {},
    `${tokens.USHER_TOKEN_A}\n${tokens.USHER_TOKEN_B}\r\n${tokens.USHER_EXPIRED_TOKEN}`,
  );
  expect(both).toMatchObject({ exitCode: 1, errors: "" });
  expect(both.output).toContain("expired");
  expect(byFile.output).toContain("no expired token was given");
});
