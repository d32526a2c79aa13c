import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, type TestContext } from "vitest";
import type { Runtime } from "../runtimes.ts";
import { type RunningProgram, startClientWorker, startProgram } from "../start.ts";
import { control } from "./control.ts";

const long = "x".repeat(100_000);

/** The server entry of the client on that runtime. */
export function clientSuite(runtime: Runtime): void {
  it(`client: ${runtime.name} calls an API`, async ({ onTestFinished }) => {
    const program = await startProgram(runtime, { trust: { keys: "none" }, now: null, guard: {} });
    onTestFinished(() => program.close());
    await expectCalls(program, onTestFinished);
  });
}

/** The client in Workers with these compatibility dates, without a flag. */
export function clientWorkerSuite(runtime: Runtime, dates: readonly string[]): void {
  describe.each(dates)("client: a Worker of %s", (date) => {
    it("calls an API", async ({ onTestFinished }) => {
      const program = await startClientWorker(runtime, date);
      onTestFinished(() => program.close());
      // Workers can create streams from this date on.
      await expectCalls(program, onTestFinished, date >= "2022-11-30");
    });
  });
}

async function expectCalls(
  { origin }: RunningProgram,
  onTestFinished: TestContext["onTestFinished"],
  hasStreams = true,
): Promise<void> {
  const received: string[] = [];
  const url = await startApi(received, onTestFinished);
  expect(await control(origin, { name: "client", api: `${url}/v1/` })).toEqual({
    proxied: "200 GET",
    proxiedStream: hasStreams ? "200 POST Tea" : expect.stringMatching(/^502/),
    proxiedWithoutBody: "200 POST",
    proxiedHead: "200",
    proxiedRedirect: "302",
    proxiedCrossSite: "cross_site_request",
    proxiedAbort: "request_incomplete",
    text: "200 POST Tea",
    request: "200 POST Tea",
    stream: '401 {"code":"token_revoked"}',
    head: "200",
    large: "401 100000",
    problem: "scope_insufficient",
    redirect: "TypeError",
    seenRedirect: "302",
    outside: "DestinationError",
    aborted: "AbortError",
    signedOut: "SignedOutError",
  });
  expect(received.filter((line) => !line.includes(" /v1/"))).toEqual([]);
  expect(received.filter((line) => line.endsWith("/v1/tasks new"))).toHaveLength(hasStreams ? 7 : 6);
}

/** An API that refuses the token `old` for tasks. */
async function startApi(received: string[], onTestFinished: TestContext["onTestFinished"]): Promise<string> {
  const server = createServer(async (request, response) => {
    const { method, url = "", headers } = request;
    const token = headers.authorization?.split(".").at(-1);
    received.push(`${method} ${url} ${token}`);
    let body = "";
    for await (const chunk of request) body += chunk;
    const problem = { "content-type": "application/problem+json" };
    if (url === "/v1/redirect") response.writeHead(302, { location: "/elsewhere" }).end();
    else if (url === "/v1/refused") response.writeHead(403, problem).end('{"code":"scope_insufficient"}');
    else if (url === "/v1/large") response.writeHead(401, problem).end(long);
    else if (url === "/v1/slow") setTimeout(() => response.end(), 5_000).unref();
    else if (token === "old") response.writeHead(401, problem).end('{"code":"token_revoked"}');
    else response.end(`${method} ${body}`.trim());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
