import { writeFile } from "node:fs/promises";
import manifest from "../../package.json" with { type: "json" };
import { auditAs } from "../audit/audit-as.ts";
import { parseBaseline } from "../audit/baseline.ts";
import { renderJson } from "../audit/report/json.ts";
import { renderJunit } from "../audit/report/junit.ts";
import { notesOn } from "../audit/report/notes.ts";
import { type AuditReport, exitCodeOf } from "../audit/report/report.ts";
import { renderSarif } from "../audit/report/sarif.ts";
import { renderReport } from "../audit/report/text.ts";
import { checkOwnerClaims } from "../audit/tokens/owner-ids.ts";
import { readTokens, type Users, usersOf } from "../audit/tokens/read-tokens.ts";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { commaSeparated, positiveNumber } from "../command-line/flag-values.ts";
import { listenForInterruption } from "../command-line/interruption.ts";
import { readText } from "../input/text.ts";
import { loadDocument } from "../openapi/load.ts";
import { hasLogoutEndpoint } from "../openapi/logout-endpoint.ts";
import { operationLines } from "../openapi/operation-lines.ts";
import { parseOwnerParams } from "../openapi/owner-parameter.ts";
import { isLoopback, targetOf } from "../openapi/server.ts";
import { progressOn } from "../output/progress.ts";
import { painterFor } from "../terminal.ts";
import { readTestUserFlags, withTestUsers } from "./audit-test-users.ts";

export const command: Command = defineSubcommand({
  name: "audit",
  description:
    "Test every operation of an OpenAPI document for missing checks: no token, invalid or misplaced tokens, another user's data. Works with any backend.",
  args: {
    document: {
      type: "positional",
      description: "OpenAPI 3.0 or 3.1 document, JSON or YAML: a file or a URL",
      required: true,
    },
    "token-a": {
      type: "string",
      description: "File with the token of test user A; - is standard input; or set USHER_TOKEN_A",
      valueHint: "file",
    },
    "token-b": {
      type: "string",
      description: "File with the token of test user B; or set USHER_TOKEN_B",
      valueHint: "file",
    },
    "token-c": {
      type: "string",
      description: "File with the token of another member of A's organization; or set USHER_TOKEN_C",
      valueHint: "file",
    },
    "exception-token": {
      type: "string",
      description:
        "File with the token of someone who satisfies a stated exception, or several, one per line; or set USHER_EXCEPTION_TOKEN",
      valueHint: "file",
    },
    "revoked-token-file": {
      type: "string",
      description:
        "File with a token from before a sign-out or a change of roles; or set USHER_REVOKED_TOKEN",
      valueHint: "file",
    },
    "expired-token-file": {
      type: "string",
      description: "File with an expired token; or set USHER_EXPIRED_TOKEN",
      valueHint: "file",
    },
    "test-users": {
      type: "boolean",
      description: "Sign two users up at the issuer (Better Auth), audit with their tokens, and delete them",
    },
    issuer: {
      type: "string",
      description: "With --test-users: Better Auth's base URL; default: BETTER_AUTH_URL",
      valueHint: "url",
    },
    "base-path": {
      type: "string",
      description:
        "With --test-users: the path of Better Auth's endpoints; default: that of the URL, else /api/auth",
      valueHint: "path",
    },
    env: {
      type: "string",
      alias: "env-file",
      description: "With --test-users: file with the settings; default: the environment, or .env",
      valueHint: "file",
    },
    server: {
      type: "string",
      description: "The API's base URL; default: where the document came from",
      valueHint: "url",
    },
    "owner-param": {
      type: "string",
      description:
        "Parameters that name the owner: of the user's id, or name=claim, such as userId,orgId=org; default: what the document states, userId and similar names",
      valueHint: "name[=claim],…",
    },
    writes: {
      type: "boolean",
      description: "Also try POST, PUT, PATCH and DELETE: creates, changes and deletes data of both users",
    },
    rate: { type: "string", description: "The most requests a second", default: "25", valueHint: "number" },
    "max-requests": {
      type: "string",
      description: "The most requests in total",
      default: "5000",
      valueHint: "number",
    },
    "i-own-this": {
      type: "boolean",
      description: "Confirms that you may test an API and an issuer that are not on this machine",
    },
    baseline: {
      type: "string",
      description: "Public operations and accepted findings, such as GET /health or GET /a/{id} other_object",
      valueHint: "file",
    },
    junit: { type: "string", description: "Also write JUnit XML", valueHint: "file" },
    sarif: { type: "string", description: "Also write SARIF 2.1.0", valueHint: "file" },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "npx usher-auth audit http://localhost:3001/openapi.json --test-users --issuer http://localhost:3000",
      effect: "Audit an API of this machine, with two users who exist only meanwhile",
    },
    {
      line: "npx usher-auth audit http://localhost:3001/openapi.json --token-a a.txt --token-b b.txt",
      effect: "Audit the operations that read, of an API on this machine",
    },
    {
      line: "npx usher-auth audit openapi.yaml --server http://localhost:3001 --token-a a.txt --token-b b.txt --writes",
      effect: "Audit all operations, with a document in a file",
    },
    {
      line: "npx usher-auth audit openapi.json --i-own-this --baseline audit.txt --sarif audit.sarif",
      effect: "Audit a staging server from CI, with tokens in USHER_TOKEN_A and USHER_TOKEN_B",
    },
  ],
  async run(args, terminal) {
    const rate = positiveNumber(args.rate, "--rate");
    const maxRequests = Math.floor(positiveNumber(args["max-requests"], "--max-requests"));
    const places = {
      a: args["token-a"],
      b: args["token-b"],
      c: args["token-c"],
      exceptions: args["exception-token"],
      expired: args["expired-token-file"],
      revoked: args["revoked-token-file"],
    };
    const owners = parseOwnerParams(commaSeparated(args["owner-param"]));
    const issuer = await readTestUserFlags(args, terminal);
    const texts = await readTokens(places, terminal);
    const given = issuer === undefined ? usersOf(texts, secondsSince1970()) : undefined;
    if (given !== undefined) checkOwnerClaims(owners, given);
    const baseline =
      args.baseline === undefined
        ? undefined
        : parseBaseline(await readText(args.baseline, terminal), args.baseline);

    const { document, source, name } = await loadDocument(args.document);
    const target = targetOf(document.root, args.server, source);
    if (!isLoopback(target.origin) && !args["i-own-this"]) {
      throw new CannotRun(
        `${target.origin} is not this machine. Audit only APIs that you may test, and confirm it with --i-own-this.`,
      );
    }

    const started = performance.now();
    // The first signal ends the audit, which then deletes what it created. A second one ends the process.
    const interruption = listenForInterruption();
    const progress = progressOn(terminal.errors);
    const needsRevoked = texts.revoked === "" && hasLogoutEndpoint(document);
    const run = (users: Users) =>
      auditAs(users, {
        document,
        target,
        owners,
        writes: args.writes === true,
        baseline,
        rate,
        maxRequests,
        signal: interruption.signal,
        onProgress: progress.show,
      }).finally(progress.clear);
    const { result, notes } = await (issuer === undefined
      ? run(given as Users).then((result) => ({ result, notes: [] }))
      : withTestUsers(issuer, { terminal, interruption, needsRevoked }, ({ a, b, revoked }) =>
          run(usersOf({ ...texts, a, b, c: "", revoked: texts.revoked || revoked }, secondsSince1970())),
        )
    ).finally(interruption.stop);

    const { outcome, users, requests } = result;
    const report: AuditReport = {
      document: name,
      target: target.origin + target.path,
      notes: [...notesOn(outcome, users, baseline, target.note), ...notes],
      operations: outcome.operations,
      requests,
      seconds: (performance.now() - started) / 1000,
      halt: outcome.halt,
    };
    if (args.junit !== undefined) await write(args.junit, renderJunit(report));
    if (args.sarif !== undefined)
      await write(args.sarif, renderSarif(report, manifest.version, operationLines(document.text)));
    terminal.output.write(
      args.json
        ? renderJson(report)
        : renderReport(report, painterFor(terminal.output, terminal.environment)),
    );
    return exitCodeOf(report);
  },
});

function secondsSince1970(): number {
  return Math.floor(Date.now() / 1000);
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`Cannot write ${path} (${error.code ?? "unknown error"}).`);
  });
}
