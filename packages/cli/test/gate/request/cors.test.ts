import { expect, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { createCors } from "../../../src/gate/request/cors.ts";

const app = "https://app.example.com";
const cors = createCors([app, "http://localhost:5173", "capacitor://localhost"]);

const preflightOf = (origin: string, ...more: string[]) =>
  cors.preflight("OPTIONS", ["Origin", origin, "Access-Control-Request-Method", "DELETE", ...more]);

test.for([app, "http://localhost:5173", "capacitor://localhost"])(
  "a preflight of %s is granted",
  (origin) => {
    expect(preflightOf(origin, "Access-Control-Request-Headers", "authorization,x-secret")).toEqual({
      status: 204,
      headers: {
        vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "*",
        "access-control-allow-headers": "Authorization, *",
        "access-control-max-age": "7200",
      },
      body: "",
    });
  },
);

const others = [
  "https://evil.example",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://app.example.com.evil.example",
  "https://evil.example/https://app.example.com",
  "https://APP.example.com",
  "https://app.example.com/",
  "https://app.example.com https://evil.example",
  "https://sub.app.example.com",
  "null",
  "*",
  "",
];

test.for(others)("a preflight of %j is answered, and grants nothing", (origin) => {
  const vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const allowed = "https://app.example.com, http://localhost:5173, capacitor://localhost";
  const hint = `the page is of ${JSON.stringify(origin)}, allowed are: ${allowed}`;
  expect(preflightOf(origin)).toEqual({ status: 204, headers: { vary }, body: "", hint });
});

test("neither credentials nor a private network are granted", () => {
  const names = Object.keys(
    preflightOf(app, "Access-Control-Request-Private-Network", "true")?.headers ?? {},
  );
  expect(names).toContain("access-control-allow-origin");
  expect(names).not.toContain("access-control-allow-credentials");
  expect(names).not.toContain("access-control-allow-private-network");
});

test.for([
  ["GET", ["Origin", app, "Access-Control-Request-Method", "GET"]],
  ["OPTIONS", ["Origin", app]],
  ["OPTIONS", ["Access-Control-Request-Method", "GET"]],
  ["options", ["Origin", app, "Access-Control-Request-Method", "GET"]],
] as const)("%s with %j is no preflight", ([method, headers]) => {
  expect(cors.preflight(method, headers)).toBeUndefined();
});

test("an allowed origin may read answers, refusals too, and why they are refused", () => {
  expect(cors.headersFor(["ORIGIN", app])).toEqual({
    vary: "Origin",
    "access-control-allow-origin": app,
    "access-control-expose-headers": "WWW-Authenticate, Retry-After",
  });
});

test.for(others)("%j may not read answers, which vary by origin nevertheless", (origin) => {
  expect(cors.headersFor(["Origin", origin])).toEqual({ vary: "Origin" });
});

test("neither may a request without an origin, or with two", () => {
  expect(cors.headersFor([])).toEqual({ vary: "Origin" });
  expect(cors.headersFor(["Origin", app, "Origin", app])).toEqual({ vary: "Origin" });
  expect(preflightOf(app, "Origin", app)?.headers).not.toHaveProperty("access-control-allow-origin");
});

test("false leaves CORS to the backend", () => {
  const none = createCors(false);
  expect(none.preflight("OPTIONS", ["Origin", app, "Access-Control-Request-Method", "GET"])).toBeUndefined();
  expect([none.headersFor(["Origin", app]), none.ownsResponseHeaders]).toEqual([{}, false]);
  expect(createCors([]).ownsResponseHeaders).toBe(true);
});

test.for([
  "*",
  "null",
  "",
  "app.example.com",
  "https://",
  "https://app.example.com/",
  "https://app.example.com/path",
  "https://App.example.com",
  "https://*.example.com",
  "https://app.example.com:443",
  "http://app.example.com:80",
  "https://user@app.example.com",
  "https://zoë.example",
  "https://app.example.com,https://b.example",
  " https://app.example.com",
  "capacitor://localhost/x",
])("%j is not an origin", (origin) => {
  expect(() => createCors([origin])).toThrow(CannotRun);
  expect(() => createCors([app, origin])).toThrow(/not an origin/);
});
