import {
  bad,
  bearer,
  type HostileCase,
  type Ingredients,
  mismatch,
  missing,
  own,
  ownPath,
  requestLine,
  requestText,
} from "./case.ts";

/** Methods and targets other than a plain GET of a path. */
export function methodCases(ingredients: Ingredients): HostileCase[] {
  return [...methods(ingredients), ...targets(ingredients)];
}

function methods({ token }: Ingredients): HostileCase[] {
  const override = (method: string) => [
    `x-http-method-override: ${method}`,
    `x-http-method: ${method}`,
    `x-method-override: ${method}`,
  ];
  return [
    ...["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "SEARCH", "QUERY"].map((method) => ({
      name: `${method} without a token`,
      request: requestText(requestLine(method)),
      ...missing,
    })),
    { name: "HEAD without a token", request: requestText(requestLine("HEAD")), status: 401, code: null },
    {
      name: "HEAD of another's path",
      request: requestText(requestLine("HEAD", "/api/bob/tasks"), [bearer(token)]),
      status: 403,
      code: null,
    },
    {
      name: "OPTIONS of another's path",
      request: requestText(requestLine("OPTIONS", "/api/bob/tasks"), [bearer(token)]),
      ...mismatch,
    },
    { name: "OPTIONS *", request: requestText(requestLine("OPTIONS", "*")), ...missing },
    { name: "TRACE echoes nothing", request: requestText(requestLine("TRACE"), [bearer(token)]), ...own },
    { name: "TRACE without a token", request: requestText(requestLine("TRACE")), ...missing },
    { name: "CONNECT", request: requestText(requestLine("CONNECT", "localhost:80")), status: 0 },
    { name: "a method in lower case", request: requestText(requestLine("get"), [bearer(token)]), ...bad },
    { name: "an invalid method", request: requestText(requestLine("GETT"), [bearer(token)]), ...bad },
    {
      name: "DELETE by an override, on a route that only reads",
      request: requestText(requestLine("GET"), override("DELETE")),
      ...missing,
    },
    {
      name: "OPTIONS by an override, on another's path",
      request: requestText(requestLine("GET", "/api/bob/tasks?_method=OPTIONS"), [
        bearer(token),
        ...override("OPTIONS"),
      ]),
      ...mismatch,
    },
    {
      name: "GET by an override of a POST without a token",
      request: requestText(
        requestLine("POST", `${ownPath}?_method=GET`),
        ["content-type: application/json", ...override("GET")],
        JSON.stringify({ title: "x" }),
      ),
      ...missing,
    },
  ];
}

function targets({ token, publicPath }: Ingredients): HostileCase[] {
  return [
    {
      name: "an absolute target",
      request: requestText(requestLine("GET", `http://evil.example${ownPath}`)),
      ...missing,
    },
    {
      name: "an absolute target from a public path to another",
      request: requestText(requestLine("GET", `http://localhost${publicPath}/../..${ownPath}`)),
      ...missing,
    },
    {
      name: "an absolute target on another user's path",
      request: requestText(requestLine("GET", "http://localhost/api/bob/tasks"), [bearer(token)]),
      ...mismatch,
    },
    { name: "an empty target", request: requestText("GET  HTTP/1.1"), ...bad },
    { name: "a target without a slash", request: requestText(requestLine("GET", "api/alice/tasks")), ...bad },
    {
      name: "a target that is an authority",
      request: requestText(requestLine("GET", "localhost:80")),
      ...bad,
    },
    { name: "a space in the target", request: requestText(requestLine("GET", `${ownPath} x`)), ...bad },
    { name: "NUL in the target", request: requestText(requestLine("GET", "/api/alice\0/tasks")), ...bad },
    {
      name: "a bare carriage return in the target",
      request: requestText(requestLine("GET", "/api/alice\r/tasks")),
      ...bad,
    },
    {
      name: "no host",
      request: `${requestLine("GET")}\r\n${bearer(token)}\r\nconnection: close\r\n\r\n`,
      ...bad,
    },
    {
      name: "an invalid host",
      request: `${requestLine("GET")}\r\nhost: a b\r\nconnection: close\r\n\r\n`,
      ...missing,
    },
    { name: "two hosts", request: requestText(requestLine("GET"), ["host: evil.example"]), ...missing },
    {
      name: "a host with a path",
      request: `${requestLine("GET")}\r\nhost: localhost${publicPath}?\r\nconnection: close\r\n\r\n`,
      ...missing,
    },
  ];
}
