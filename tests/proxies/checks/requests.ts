import { describe, expect, test } from "vitest";
import { codeOf, type System, valuesAt } from "../support/system.ts";

const tasks = "/api/alice/tasks";

/** What passes, and what is refused. */
export function checkRequests(system: () => System): void {
  test("a request with a good token arrives as it was sent, with the user's identity", async () => {
    const { send, token } = system();
    const target = `${tasks}?page=2&q=a%20b%2Fc`;
    const headers = [token("alice", { sid: "s1" }), ["Content-Type", "text/plain"]] as const;
    const { response, arrived } = await send({ method: "POST", target, headers, body: "hello" });
    expect(response.status).toBe(200);
    expect(arrived).toHaveLength(1);
    const [request] = arrived as [(typeof arrived)[number]];
    expect([request.method, request.target, await request.received]).toEqual(["POST", target, 5]);
    expect(valuesAt(request, "x-usher-user")).toEqual(["alice"]);
    expect(valuesAt(request, "x-usher-session")).toEqual(["s1"]);
    expect(valuesAt(request, "x-usher-organization").join("")).toBe("");
    expect(JSON.parse(valuesAt(request, "x-usher-claims")[0] as string).sub).toBe("alice");
    expect(valuesAt(request, "authorization")).toEqual([headers[0][1]]);
    expect(valuesAt(request, "host")).toEqual(["api.example.com"]);
    expect(valuesAt(request, "x-original-uri")).toEqual([]);
  });

  test("a token of almost 8 KB passes, and its claims arrive whole", async () => {
    const { send, token } = system();
    const note = "x".repeat(5_500);
    const { response, arrived } = await send({ target: tasks, headers: [token("alice", { note })] });
    expect(response.status).toBe(200);
    expect(JSON.parse(valuesAt(arrived[0] as never, "x-usher-claims")[0] as string).note).toBe(note);
  });

  test("a public path needs no token, and tells the backend no identity", async () => {
    const { send, token } = system();
    for (const headers of [[], [token("alice")]]) {
      const { response, arrived } = await send({ target: "/public", headers });
      expect(response.status).toBe(200);
      expect(valuesAt(arrived[0] as never, "x-usher-user").join("")).toBe("");
      expect(valuesAt(arrived[0] as never, "x-usher-claims").join("")).toBe("");
    }
  });

  describe("a refusal reaches the client whole, and the backend not at all:", () => {
    test.each([
      ["no token", "GET", tasks, undefined, 401, "credentials_missing"],
      ["no token, with a body", "POST", tasks, undefined, 401, "credentials_missing"],
      ["another owner", "GET", "/api/bob/tasks", "alice", 403, "owner_mismatch"],
      ["no scope", "GET", "/reports", "alice", 403, "scope_insufficient"],
      ["an unknown path", "GET", "/nowhere", "alice", 404, "not_found"],
      ["an unknown path without a token", "GET", "/nowhere", undefined, 401, "credentials_missing"],
      ["another method", "DELETE", tasks, "alice", 405, "method_not_allowed"],
      ["a path with two readings", "GET", "/api/alice/%252e%252e/bob/tasks", "alice", 400, "path_rejected"],
    ])("%s", async (_, method, target, user, status, code) => {
      const { send, token } = system();
      const headers = user === undefined ? [] : [token(user)];
      const body = method === "POST" ? "a body that nobody reads" : "";
      const { response, arrived } = await send({ method, target, headers, body });
      expect([response.status, codeOf(response)]).toEqual([status, code]);
      expect(arrived).toEqual([]);
      expect(response.headers.get("cache-control")).toEqual(["no-store"]);
      if (status === 401)
        expect(response.headers.get("www-authenticate")).toEqual([expect.stringMatching(/^Bearer realm=/)]);
      if (code === "scope_insufficient")
        expect(response.headers.get("www-authenticate")?.[0]).toContain('scope="reports:read"');
      if (status === 405) expect(response.headers.get("allow")?.[0]).toContain("POST");
      expect([...response.headers.keys()].filter((name) => name.startsWith("x-usher-user"))).toEqual([]);
    });

    test("a scope that is there", async () => {
      const { send, token } = system();
      const { response } = await send({
        target: "/reports",
        headers: [token("alice", { scope: "reports:read" })],
      });
      expect(response.status).toBe(200);
    });
  });
}
