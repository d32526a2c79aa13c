import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { transform } from "@swc/core";
import { createTestIssuer } from "@usher-auth/testing";
import { resolvePort } from "../../launch/ports.ts";
import type { Example } from "./examples.ts";

/** An example and its file. */
export type WrittenExample = { example: Example; path: string };

/** Milliseconds for one example, far more than any needs. */
const deadline = 60_000;

const issuer = createTestIssuer();

/**
 * Runs the examples that are marked for it, two at a time.
 *
 * @param conditions Additional export conditions. Default: the packages' sources.
 * @returns A message for each failure.
 */
export async function runExamples(
  written: readonly WrittenExample[],
  conditions: readonly string[] = ["@usher-auth/source"],
): Promise<string[]> {
  const waiting = written.filter(({ example }) => example.run !== undefined);
  const failures: string[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { file, line } = next.example;
      await runExample(next, conditions).catch((error: Error) =>
        failures.push(`${file}:${line}: ${error.message}`),
      );
    }
  };
  await Promise.all([worker(), worker()]);
  return failures;
}

async function runExample({ example, path }: WrittenExample, conditions: readonly string[]): Promise<void> {
  const program = await compile(path);
  const port = await resolvePort("PORT", "0", "127.0.0.1");
  const child = spawn(
    process.execPath,
    [...conditions.map((name) => `--conditions=${name}`), "--enable-source-maps", program],
    {
      env: {
        ...process.env,
        PORT: String(port),
        BETTER_AUTH_SECRET: issuer.secret,
        BETTER_AUTH_URL: issuer.issuer,
        API_URL: issuer.audience,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = new AbortController();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const tooLate = setTimeout(deadline, undefined, ended).then(() => {
    throw new Error(`still running after ${deadline / 1000} s`);
  });
  tooLate.catch(() => undefined);
  try {
    const { run } = example;
    await Promise.race([
      tooLate,
      run?.kind === "server" ? askServer(child, port, run.path, ended.signal) : success(child),
    ]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output}`.trim());
  } finally {
    ended.abort();
    child.kill("SIGKILL");
  }
}

/**
 * Makes a JavaScript module of a TypeScript file, beside it. With swc, because Node.js does not transform
 * decorators.
 *
 * @returns The path of the module.
 */
export async function compile(path: string): Promise<string> {
  const { code } = await transform(readFileSync(path, "utf8"), {
    filename: path,
    sourceMaps: "inline",
    jsc: {
      target: "es2024",
      parser: { syntax: "typescript", tsx: path.endsWith("x"), decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
    },
    module: { type: "es6" },
  });
  writeFileSync(`${path}.mjs`, code);
  return `${path}.mjs`;
}

async function success(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`ended with ${code}`);
}

/** Checks that the server requires a token and restricts users to their own path. */
async function askServer(
  child: ChildProcess,
  port: number,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const ended = success(child).then(() => {
    throw new Error("the server ended");
  });
  ended.catch(() => undefined);
  const ask = async (user: string, headers: Record<string, string>, status: number, code?: string) => {
    const url = `http://127.0.0.1:${port}${path.replaceAll("{user}", user)}`;
    const response = await Promise.race([ended, fetchWhenUp(url, { headers, signal })]);
    const body = await response.text();
    if (response.status === status && body.includes(code === undefined ? "" : `urn:usher-auth:error:${code}`))
      return;
    throw new Error(`${url} as ${headers.authorization ? "alice" : "nobody"}: ${response.status} ${body}`);
  };
  const authorization = `Bearer ${issuer.tokenFor("alice")}`;
  await ask("alice", {}, 401, "credentials_missing");
  await ask("alice", { authorization }, 200);
  if (path.includes("{user}")) await ask("bob", { authorization }, 403, "owner_mismatch");
}

/** Retries while nothing listens, until it is aborted. */
async function fetchWhenUp(url: string, request: RequestInit & { signal: AbortSignal }): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if ((error as { cause?: { code?: string } }).cause?.code !== "ECONNREFUSED") throw error;
      await setTimeout(20, undefined, request);
    }
  }
}
