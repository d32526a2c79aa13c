import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../src/errors.ts";
import { type ProtectedResource, readProtectedResource } from "../../src/http/resource-metadata.ts";

const wellKnown = "/.well-known/oauth-protected-resource";

function read(changes: Partial<Record<keyof ProtectedResource, unknown>> = {}) {
  return readProtectedResource({
    resource: "https://api.example.com/mcp",
    authorizationServers: ["https://app.example.com/api/auth"],
    ...changes,
  } as ProtectedResource);
}

describe("the URL of the metadata (RFC 9728 section 3.1)", () => {
  it.each([
    ["https://api.example.com", "https://api.example.com", ""],
    ["https://api.example.com/", "https://api.example.com", ""],
    ["https://api.example.com/mcp", "https://api.example.com", "/mcp"],
    ["https://api.example.com/mcp/", "https://api.example.com", "/mcp/"],
    ["https://api.example.com/a/b", "https://api.example.com", "/a/b"],
    ["https://api.example.com/a%20b%2Fc", "https://api.example.com", "/a%20b%2Fc"],
    ["https://api.example.com:8443/mcp", "https://api.example.com:8443", "/mcp"],
    ["http://localhost:3000/mcp", "http://localhost:3000", "/mcp"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000", ""],
    ["http://[::1]:3000/mcp", "http://[::1]:3000", "/mcp"],
  ])("of %s is between its host and its path", (resource, origin, path) => {
    const { url, respond } = read({ resource });
    expect(url).toBe(`${origin}${wellKnown}${path}`);
    expect(JSON.parse(respond("GET", `${wellKnown}${path}`)?.body ?? "")).toMatchObject({ resource });
  });

  it("is the only one, with or without a last slash", () => {
    const slash = read({ resource: "https://api.example.com/mcp/" });
    for (const path of [`${wellKnown}/mcp/`, `${wellKnown}/mcp`])
      expect(slash.respond("GET", path)?.status).toBe(200);
    const { respond } = read();
    for (const path of [
      wellKnown,
      `${wellKnown}/`,
      `${wellKnown}/mcp/`,
      `${wellKnown}/mcp/x`,
      `${wellKnown}/mc`,
      `${wellKnown}/MCP`,
      `${wellKnown}/m%63p`,
      `/x${wellKnown}/mcp`,
      "/mcp",
      "/",
      "",
    ])
      expect(respond("GET", path), path).toBeUndefined();
  });
});

describe("the metadata (RFC 9728 section 2)", () => {
  const path = `${wellKnown}/mcp`;

  it("names the resource, its issuers, and nothing that was not stated", () => {
    expect(JSON.parse(read().respond("GET", path)?.body ?? "")).toEqual({
      resource: "https://api.example.com/mcp",
      authorization_servers: ["https://app.example.com/api/auth"],
      bearer_methods_supported: ["header"],
    });
  });

  it("has the scopes, the name and the documentation, if they were stated", () => {
    const more = { scopes: ["a", "b"], name: "Tasks", documentation: "https://example.com/docs?v=1#mcp" };
    expect(JSON.parse(read(more).respond("GET", path)?.body ?? "")).toMatchObject({
      scopes_supported: ["a", "b"],
      resource_name: "Tasks",
      resource_documentation: "https://example.com/docs?v=1#mcp",
    });
  });

  it("is public for every origin, without a body for HEAD, and only read", () => {
    const { respond } = read();
    expect(respond("GET", path)?.headers).toEqual({
      "content-type": "application/json",
      "cache-control": "public, max-age=3600",
      "access-control-allow-origin": "*",
    });
    const document = respond("GET", path);
    // RFC 9110 section 8.6: in bytes.
    const length = String(Buffer.byteLength(document?.body ?? ""));
    const headers = { ...document?.headers, "content-length": length };
    expect(respond("HEAD", path)).toEqual({ ...document, headers, body: "" });
    // Any page may read it, with any fields.
    expect(respond("OPTIONS", path)).toEqual({
      status: 204,
      headers: {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, HEAD",
        "access-control-allow-headers": "*",
      },
      body: "",
    });
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "get", "TRACE", "__proto__"])
      expect(respond(method, path), method).toBeUndefined();
  });

  it("is frozen, because all requests share it", () => {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const answer = read().respond(method, path);
      expect([Object.isFrozen(answer), Object.isFrozen(answer?.headers)]).toEqual([true, true]);
    }
  });
});

describe("readProtectedResource", () => {
  it.each<[string, Partial<Record<keyof ProtectedResource, unknown>>, string]>([
    ["no resource", { resource: undefined }, "resource must be an https URL"],
    ["plain http", { resource: "http://api.example.com" }, "resource must be an https URL"],
    ["another scheme", { resource: "urn:api" }, "resource must be an https URL"],
    ["a path", { resource: "/mcp" }, "resource must be an https URL"],
    ["a host that begins like this machine", { resource: "http://localhost.example.com" }, "https URL"],
    ["a query", { resource: "https://a.example/?x=1" }, 'must be written as "https://a.example"'],
    ["an empty query", { resource: "https://a.example/x?" }, 'must be written as "https://a.example/x"'],
    ["a fragment", { resource: "https://a.example/x#" }, 'must be written as "https://a.example/x"'],
    ["a password", { resource: "https://:pw@a.example/x" }, 'must be written as "https://a.example/x"'],
    ["a host in capitals", { resource: "https://A.example/x" }, 'must be written as "https://a.example/x"'],
    ["the default port", { resource: "https://a.example:443/x" }, 'must be written as "https://a.example/x"'],
    ["dots", { resource: "https://a.example/y/../x" }, 'must be written as "https://a.example/x"'],
    ["a quote", { resource: 'https://a.example/"' }, 'must be written as "https://a.example/%22"'],
    ["a line break", { resource: "https://a.example/x\r\n" }, 'must be written as "https://a.example/x"'],
    ["a space at the start", { resource: " https://a.example/x" }, "must be written as"],
    ["no issuer", { authorizationServers: undefined }, "authorizationServers must be the issuer's URL"],
    ["an empty list of issuers", { authorizationServers: [] }, "authorizationServers must be"],
    [
      "an issuer without a scheme",
      { authorizationServers: "app.example.com" },
      "authorizationServers must be",
    ],
    [
      "an issuer by http",
      { authorizationServers: ["http://app.example.com"] },
      "authorizationServers must be",
    ],
    [
      "an issuer with a query",
      { authorizationServers: "https://a.example?x" },
      "authorizationServers must be",
    ],
    ["no scope", { scopes: [] }, "scopes must be a list of scopes"],
    ["scopes in one text", { scopes: "a b" }, "scopes must be a list of scopes"],
    ["a scope with a space", { scopes: ["a b"] }, "scopes must be a list of scopes"],
    ["a scope with a space after a valid one", { scopes: ["a", "b c"] }, "scopes must be a list of scopes"],
    ["an empty name", { name: "" }, "name must be a non-empty string"],
    ["documentation by http", { documentation: "http://example.com" }, "documentation must be an https URL"],
  ])("rejects %s", (_case, changes, message) => {
    expect(() => read(changes)).toThrow(ConfigurationError);
    expect(() => read(changes)).toThrow(message);
  });

  it("reveals no password in its message", () => {
    expect(() => read({ resource: "https://user:pa55@a.example/x" })).not.toThrow(/pa55/);
  });
});
