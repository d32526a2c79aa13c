import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../support/api.ts";
import { expectProblem } from "../support/problem.ts";
import { untouchableDatabase } from "../support/untouchable-database.ts";

let api: TestApi;
let port: number;
beforeAll(async () => {
  api = await openTestApi(untouchableDatabase, (app) => {
    app.get("/fault", { config: { public: true } }, () => {
      throw new Error("the password is swordfish");
    });
    app.get("/teapot", { config: { public: true } }, () => {
      throw Object.assign(new Error("I am a secret teapot"), { statusCode: 418 });
    });
    app.get("/not-an-error", { config: { public: true } }, () => Promise.reject("swordfish"));
  });
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  port = (api.app.server.address() as AddressInfo).port;
});
afterAll(() => api.close());

const json = { "content-type": "application/json" };
const send = (options: InjectOptions) =>
  api.app.inject({
    url: "/api/ada/tasks",
    ...options,
    headers: { authorization: `Bearer ${api.issuer.tokenFor("ada")}`, ...options.headers },
  });

describe("answers with a problem body", () => {
  test.each<[string, InjectOptions, number, string]>([
    ["an unknown path", { url: "/nowhere" }, 404, "not_found"],
    ["a path that cannot be decoded", { url: "/api/%E0%A4%A/tasks" }, 400, "bad_request"],
    ["a parameter that is too long", { url: `/api/${"x".repeat(300)}/tasks` }, 414, "uri_too_long"],
    ["invalid JSON", { method: "POST", headers: json, payload: '{"title":' }, 400, "bad_request"],
    ["an empty body where JSON is expected", { method: "POST", headers: json }, 400, "bad_request"],
    ["null", { method: "POST", headers: json, payload: "null" }, 400, "bad_request"],
    ["no body", { method: "POST" }, 400, "bad_request"],
    [
      "__proto__ in JSON",
      { method: "POST", headers: json, payload: '{"__proto__":{"title":"x"}}' },
      400,
      "bad_request",
    ],
    [
      "text",
      { method: "POST", headers: { "content-type": "text/csv" }, payload: "title" },
      415,
      "unsupported_media_type",
    ],
    [
      "a form",
      {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: "title=x",
      },
      415,
      "unsupported_media_type",
    ],
    [
      "a body that is too large",
      { method: "POST", headers: json, payload: `"${"x".repeat(70_000)}"` },
      413,
      "payload_too_large",
    ],
    [
      "a wrong Content-Length",
      { method: "POST", headers: { ...json, "content-length": "3" }, payload: '{"title":"x"}' },
      400,
      "bad_request",
    ],
    ["a method without a route", { method: "PATCH" }, 404, "not_found"],
    ["an invalid Host", { headers: { host: "[" } }, 400, "bad_request"],
    ["a Host with other parts of a URL", { headers: { host: "localhost/health/live?" } }, 400, "bad_request"],
    ["a token in the query as well", { url: "/api/ada/tasks?access_token=x" }, 400, "credentials_ambiguous"],
  ])("%s", async (_what, options, status, code) => {
    const answer = await send(options);
    expectProblem(answer, status, code);
    expect(answer.headers["x-request-id"]).toMatch(/./);
  });

  test("an internal error, which is logged and not disclosed", async () => {
    for (const url of ["/fault", "/not-an-error"]) {
      api.logs.length = 0;
      const answer = await send({ url });
      expectProblem(answer, 500, "internal_error");
      expect(answer.body).not.toMatch(/swordfish|Error:|node_modules/);
      const logged = api.logs.map((line) => JSON.parse(line)).find((line) => line.level >= 50);
      expect(logged.requestId).toBe(answer.headers["x-request-id"]);
    }
  });

  test("an error that has its own status, without its message", async () => {
    const answer = await send({ url: "/teapot" });
    expectProblem(answer, 418, "http_error");
    expect(answer.body).not.toContain("secret");
  });
});

describe("answers invalid HTTP on the socket with a problem body", () => {
  test.each([
    ["text that is not HTTP", "nonsense\r\n\r\n", 400, "bad_request"],
    ["a malformed header", "GET / HTTP/1.1\r\nhost: x\r\nbroken header\r\n\r\n", 400, "bad_request"],
    [
      "headers that are too large",
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
    [
      "Content-Length with Transfer-Encoding",
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "bad_request",
    ],
    ["no Host", "GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "bad_request"],
  ])("%s", async (_what, text, status, code) => {
    const answer = await raw(text);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    const [statusLine = "", ...lines] = head.split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 2),
      ]),
    );
    const statusCode = Number(statusLine.split(" ")[1]);
    expectProblem({ statusCode, headers, json: () => JSON.parse(body) }, status, code);
    expect(headers.connection).toBe("close");
    expect(Number(headers["content-length"])).toBe(Buffer.byteLength(body));
  });
});

/** Sends bytes as they are, and reads until the server hangs up. */
function raw(text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let received = "";
  connect(port, "127.0.0.1", function (this: ReturnType<typeof connect>) {
    this.write(text);
  })
    .setEncoding("utf8")
    .on("data", (chunk) => {
      received += chunk;
    })
    .on("close", () => resolve(received))
    .on("error", reject);
  return promise;
}
