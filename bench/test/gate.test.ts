import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { withResults } from "../src/report.ts";
import { cpuTimeOf } from "../src/suites/gate/cores.ts";
import { sendBurst } from "../src/suites/gate/load/burst.ts";
import { createResponseReader } from "../src/suites/gate/load/response.ts";
import { figuresOf, measureServers } from "../src/suites/gate/measure.ts";
import { findPeer, peers } from "../src/suites/gate/programs.ts";
import { assertGuards, withBrokenSignature } from "../src/suites/gate/sample.ts";
import { backend } from "../src/suites/gate/servers/backend.ts";
import { plainProxy } from "../src/suites/gate/servers/plain-proxy.ts";
import { requestsOf, workloads } from "../src/suites/gate/workloads.ts";
import { type Result, tableOf } from "../src/table.ts";

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

describe("createResponseReader", () => {
  const read = (text: string, size: number) => {
    const reader = createResponseReader();
    const statuses: (number | undefined)[] = [];
    for (let index = 0; index < text.length; index += size)
      statuses.push(reader.read(Buffer.from(text.slice(index, index + size))));
    return statuses;
  };
  const responses = [
    ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200],
    ["chunks", "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 201],
    ["no chunk but the last", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 200],
    ["no body", "HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n", 204],
  ] as const;

  it.each(responses)("finds the end of a response with %s, however it is cut", (_, text, status) => {
    for (const size of [1, 3, 7, text.length]) {
      const statuses = read(text, size);
      expect(statuses.at(-1), `pieces of ${size}`).toBe(status);
      expect(statuses.slice(0, -1).every((one) => one === undefined)).toBe(true);
    }
  });

  it("reads one response after another", () => {
    const reader = createResponseReader();
    for (const [, text, status] of [...responses, ...responses])
      expect(reader.read(Buffer.from(text))).toBe(status);
  });
});

describe("requestsOf", () => {
  it("asks for the path of each token's user", () => {
    expect(requestsOf(workloads.get, ["first", "second"])).toEqual([
      "GET /api/user-00000000/tasks HTTP/1.1\r\nhost: api.example.com\r\naccept: application/json\r\nauthorization: Bearer first\r\n\r\n",
      "GET /api/user-00000001/tasks HTTP/1.1\r\nhost: api.example.com\r\naccept: application/json\r\nauthorization: Bearer second\r\n\r\n",
    ]);
  });

  it("sends a body of about 1 KB with its length", () => {
    const [request = ""] = requestsOf(workloads.post, ["token"]);
    const [head = "", body = ""] = request.split("\r\n\r\n");
    expect(head).toContain(`content-length: ${body.length}`);
    expect(body.length).toBeGreaterThan(1000);
    expect(body.length).toBeLessThan(1100);
  });

  it("breaks the token's signature, and nothing else", () => {
    const token = `${"a".repeat(60)}.${"A".repeat(300)}`;
    const [request = ""] = requestsOf(workloads.get, [token]);
    const broken = withBrokenSignature(request);
    expect(broken).toHaveLength(request.length);
    expect([...broken].filter((character, index) => character !== request[index])).toEqual(["B"]);
  });
});

describe("a burst through the plain proxy", () => {
  it.each(["get", "get-10kb", "post"] as const)("is answered by the API: %s", async (name) => {
    const proxy = await listen(plainProxy(`http://127.0.0.1:${await listen(backend())}`));
    const requests = requestsOf(workloads[name], ["one", "two", "three"]);
    const burst = { port: proxy, requests, first: 0, connections: 2, time: 50 };
    const { count, rate, p50, p99 } = await sendBurst(burst);
    expect(count).toBeGreaterThanOrEqual(2);
    expect(rate).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
  });

  it("fails where a request is refused", async () => {
    const port = await listen(createServer((_, response) => response.writeHead(401).end()));
    const burst = { port, requests: requestsOf(workloads.get, ["one"]), first: 0, connections: 2, time: 50 };
    await expect(sendBurst(burst)).rejects.toThrow("401");
  });
});

describe("measureServers", () => {
  it("measures each server in turns, with the CPU time of its process", async () => {
    const [one, two] = [await listen(backend()), await listen(backend())];
    const requests = requestsOf(workloads.get, ["token"]);
    const { pid } = process;
    const samples = await measureServers(
      [
        { name: "one", port: one, pid, requests },
        { name: "two", port: two, pid, requests },
      ],
      { starts: 1, warmUp: 100, rounds: 1, time: 100 },
    );
    const { values, columns } = figuresOf([samples]);
    expect(Object.keys(values)).toEqual(["one", "two"]);
    expect(Object.keys(columns)).toEqual(["p50, ms", "p99, ms", "CPU, µs"]);
    for (const numbers of [values, columns["p50, ms"], columns["p99, ms"]])
      for (const name of ["one", "two"]) expect(numbers?.[name]).toBeGreaterThan(0);
    if (cpuTimeOf(pid) !== undefined) expect(columns["CPU, µs"]?.one).toBeGreaterThan(0);
  });
});

describe("assertGuards", () => {
  const requests = requestsOf(workloads.get, [`e.e.${"A".repeat(100)}`]);

  it("does not accept a guard that admits everything", async () => {
    const server = { name: "open", port: await listen(backend()), pid: process.pid, requests };
    await expect(assertGuards(server, true)).rejects.toThrow("open answers a broken token with 200");
    await expect(assertGuards(server, false)).resolves.toBeUndefined();
  });

  it("does not accept a guard that admits nothing", async () => {
    const port = await listen(createServer((_, response) => response.writeHead(403).end()));
    const server = { name: "closed", port, pid: process.pid, requests };
    await expect(assertGuards(server, true)).rejects.toThrow("closed answers 403");
  });
});

describe("findPeer", () => {
  it("prefers the binary that the environment names", () => {
    process.env.OATHKEEPER = "/opt/oathkeeper";
    onTestFinished(() => void delete process.env.OATHKEEPER);
    expect(findPeer(peers.oathkeeper)).toBe("/opt/oathkeeper");
    expect(findPeer({ ...peers.oathkeeper, program: "usher-absent", variable: "USHER_ABSENT" })).toBe(
      undefined,
    );
  });
});

describe("the report of a suite with a baseline", () => {
  const result: Result = {
    name: "gate-get",
    title: "Gate",
    unit: "requests",
    baseline: "bare",
    values: { bare: 20_000, usher: 18_000 },
    columns: { "p99, ms": { bare: 2.345, usher: 3 }, "CPU, µs": { bare: 40 } },
    notes: ["Oathkeeper is skipped"],
  };

  it("has a column for each number, and the notes", () => {
    const machine = { processor: "Abacus", cores: 2, node: "v24" };
    const text = withResults("<!-- measured --><!-- /measured -->", machine, [result]);
    expect(text).toContain("| | requests/s | of bare | p99, ms | CPU, µs |");
    expect(text).toContain("| bare | 20,000 | 1.00 | 2.3 | 40.0 |");
    expect(text).toContain("| usher | 18,000 | 0.90 | 3.0 | – |");
    expect(text).toContain("Oathkeeper is skipped.");
    expect(text).not.toContain("(0.90)");
  });

  it("is printed in one line for each contender", () => {
    expect(tableOf(result)).toEqual([
      "Gate",
      "  bare   20,000 requests/s  1.00 of bare; p99, ms: 2.3; CPU, µs: 40.0",
      "  usher  18,000 requests/s  0.90 of bare; p99, ms: 3.0; CPU, µs: –",
      "  (Oathkeeper is skipped)",
    ]);
  });
});
