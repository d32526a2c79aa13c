import { writeFile } from "node:fs/promises";
import manifest from "../../package.json" with { type: "json" };
import { audit } from "../audit/audit.ts";
import { parseBaseline } from "../audit/baseline.ts";
import { loadDocument } from "../audit/document/load.ts";
import { operationLines } from "../audit/document/operation-lines.ts";
import { operationsOf } from "../audit/document/operations.ts";
import { isLoopback, targetOf } from "../audit/document/server.ts";
import { connect } from "../audit/http/send.ts";
import { createTraffic } from "../audit/http/traffic.ts";
import { renderJson } from "../audit/report/json.ts";
import { renderJunit } from "../audit/report/junit.ts";
import { notesOn } from "../audit/report/notes.ts";
import { type AuditReport, exitCodeOf } from "../audit/report/report.ts";
import { renderSarif } from "../audit/report/sarif.ts";
import { renderReport } from "../audit/report/text.ts";
import type { Outcome } from "../audit/result.ts";
import { lifeOf, readTokens } from "../audit/tokens/read-tokens.ts";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { namesIn, positiveNumber } from "../command-line/flag-values.ts";
import { readText } from "../input/text.ts";
import { progressOn } from "../output/progress.ts";
import { painterFor } from "../terminal.ts";

/** Ctrl-C, and what a CI job is ended by. */
const signals = ["SIGINT", "SIGTERM"] as const;

export const command: Command = defineSubcommand({
  name: "audit",
  description:
    "Try every operation of an OpenAPI document as somebody who should not get in. Any backend, any language.",
  args: {
    document: {
      type: "positional",
      description: "OpenAPI 3.0 or 3.1, JSON or YAML: a file or an address",
      required: true,
    },
    "token-a": {
      type: "string",
      description: "File with a test user's token, - for standard input; or USHER_TOKEN_A",
      valueHint: "file",
    },
    "token-b": {
      type: "string",
      description: "The same of another test user; or USHER_TOKEN_B",
      valueHint: "file",
    },
    "expired-token-file": {
      type: "string",
      description: "File with an expired token; or USHER_EXPIRED_TOKEN",
      valueHint: "file",
    },
    server: {
      type: "string",
      description: "Where the API is; default: where the document is",
      valueHint: "url",
    },
    "owner-param": {
      type: "string",
      description: "Names of the parameters that are the user's id; default: userId and the like",
      valueHint: "name,…",
    },
    writes: {
      type: "boolean",
      description: "Try methods that change something, too: adds, changes and deletes as both users",
    },
    rate: { type: "string", description: "Requests a second, at most", default: "25", valueHint: "number" },
    "max-requests": {
      type: "string",
      description: "Requests altogether, at most",
      default: "5000",
      valueHint: "number",
    },
    "i-own-this": { type: "boolean", description: "The API is not on this machine, and you may test it" },
    baseline: {
      type: "string",
      description: "What is known: lines like GET /health (public) or GET /a/{id} other_object",
      valueHint: "file",
    },
    junit: { type: "string", description: "Write JUnit XML, too", valueHint: "file" },
    sarif: { type: "string", description: "Write SARIF 2.1.0, too", valueHint: "file" },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "npx usher-auth audit http://localhost:3001/openapi.json --token-a a.txt --token-b b.txt",
      effect: "What reads, of an API on this machine",
    },
    {
      line: "npx usher-auth audit openapi.yaml --server http://localhost:3001 --token-a a.txt --token-b b.txt --writes",
      effect: "Everything, by a document in a file",
    },
    {
      line: "npx usher-auth audit openapi.json --i-own-this --baseline audit.txt --sarif audit.sarif",
      effect: "In CI, against staging, with tokens in USHER_TOKEN_A and USHER_TOKEN_B",
    },
  ],
  async run(args, terminal) {
    const rate = positiveNumber(args.rate, "--rate");
    const maxRequests = Math.floor(positiveNumber(args["max-requests"], "--max-requests"));
    const places = { a: args["token-a"], b: args["token-b"], expired: args["expired-token-file"] };
    const users = await readTokens(places, terminal, Math.floor(Date.now() / 1000));
    const baseline =
      args.baseline === undefined
        ? undefined
        : parseBaseline(await readText(args.baseline, terminal), args.baseline);

    const { document, source, name } = await loadDocument(args.document);
    const target = targetOf(document.root, args.server, source);
    if (!isLoopback(target.origin) && !args["i-own-this"]) {
      throw new CannotRun(
        `${target.origin} is not this machine. Audit only what you may test; say so with --i-own-this.`,
      );
    }

    const started = performance.now();
    const interruption = new AbortController();
    const interrupt = () => interruption.abort();
    const connection = connect(target.origin);
    const traffic = createTraffic(connection.send, {
      rate,
      maxRequests,
      validFor: lifeOf(users, Date.now()),
      signal: interruption.signal,
    });
    const progress = progressOn(terminal.errors);
    // The first one ends the audit, and what it has added is deleted; a second one ends the process.
    for (const signal of signals) process.once(signal, interrupt);
    let outcome: Outcome;
    try {
      outcome = await audit({
        operations: operationsOf(document, namesIn(args["owner-param"])),
        users,
        target: target.origin,
        base: target.path,
        traffic,
        writes: args.writes === true,
        baseline,
        onProgress: progress.show,
      });
    } finally {
      for (const signal of signals) process.off(signal, interrupt);
      progress.clear();
      connection.close();
    }

    const report: AuditReport = {
      document: name,
      target: target.origin + target.path,
      notes: notesOn(outcome, baseline, target.note),
      operations: outcome.operations,
      requests: traffic.count(),
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

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`Cannot write ${path} (${error.code ?? "unknown error"}).`);
  });
}
