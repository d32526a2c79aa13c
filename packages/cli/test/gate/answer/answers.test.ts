import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { linesOf, page, startAnswers, type TestReply, tokenOf } from "./start-answers.ts";

const auth = "/.usher/auth";
const tasks = "/api/alice/tasks";
const identity = ["user", "session", "organization", "client", "claims"].map((name) => `x-usher-${name}`);
const codeOf = ({ body }: TestReply) => JSON.parse(body).code;
const preflight = { Origin: page, "Access-Control-Request-Method": "POST" };

describe("a request that may pass", () => {
  test("gets 204 and every identity field, those that the principal lacks empty", async () => {
    const { ask, events } = await startAnswers();
    const { status, headers, body } = await ask(auth, "GET", tasks, tokenOf("alice", { sid: "s1" }));
    expect({ status, body }).toEqual({ status: 204, body: "" });
    expect(headers).toMatchObject({
      "x-usher-user": "alice",
      "x-usher-session": "s1",
      "x-usher-organization": "",
      "x-usher-client": "",
      "cache-control": "no-store",
    });
    expect(JSON.parse(headers["x-usher-claims"] as string)).toMatchObject({ sub: "alice", sid: "s1" });
    expect(events).toMatchObject([
      { method: "GET", status: 204, route: "GET /api/{user_id}/tasks", principal: "alice", code: undefined },
    ]);
  });

  test("gets empty identity fields on a public route, whatever token it has", async () => {
    const { ask } = await startAnswers();
    for (const headers of [{}, tokenOf("alice")]) {
      const reply = await ask(auth, "GET", "/public", headers);
      expect(reply.status).toBe(204);
      expect(identity.map((name) => reply.headers[name])).toEqual(["", "", "", "", ""]);
    }
  });

  test("gets the CORS headers of the response to a page", async () => {
    const { ask } = await startAnswers();
    const { headers } = await ask(auth, "GET", "/public", { Origin: page });
    expect(headers).toMatchObject({ "access-control-allow-origin": page, vary: "Origin" });
  });

  test("is asked about in either pair of fields, and Envoy's with its own method and path", async () => {
    const { send } = await startAnswers();
    const token = linesOf(tokenOf("alice"));
    const caddy = ["Host: a", "X-Forwarded-Method: POST", `X-Forwarded-Uri: ${tasks}`, ...token];
    expect((await send([`GET ${auth} HTTP/1.1`, ...caddy])).status).toBe(204);
    const envoy = await send([`GET /.usher/envoy${tasks}?page=1 HTTP/1.1`, "Host: a", ...token]);
    expect(envoy.status).toBe(200);
    expect(envoy.headers["x-usher-user"]).toBe("alice");
    const post = ["Host: a", "Content-Length: 0", ...token];
    expect((await send(["POST /.usher/envoy/api/bob/tasks HTTP/1.1", ...post])).status).toBe(403);
    expect((await send(["PUT /.usher/envoy/api/alice/tasks HTTP/1.1", ...post])).status).toBe(405);
  });
});

describe("a refusal is complete", () => {
  test.each([
    ["without a token", "GET", tasks, {}, 401, "credentials_missing"],
    ["with another user's token", "GET", tasks, tokenOf("bob"), 403, "owner_mismatch"],
    ["without the scope", "GET", "/reports", tokenOf("alice"), 403, "scope_insufficient"],
    ["of an unknown path", "GET", "/nowhere", tokenOf("alice"), 404, "not_found"],
    ["of another method", "DELETE", tasks, tokenOf("alice"), 405, "method_not_allowed"],
    ["of a path with two readings", "GET", "/api/alice/../bob/tasks", tokenOf("alice"), 400, "path_rejected"],
  ])("%s", async (_, method, target, headers, status, code) => {
    const { ask, events } = await startAnswers();
    const reply = await ask(auth, method, target, { Origin: page, ...headers });
    expect(reply.status).toBe(status);
    expect(codeOf(reply)).toBe(code);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(reply.headers["access-control-allow-origin"]).toBe(page);
    if (status === 401) expect(reply.headers["www-authenticate"]).toMatch(/^Bearer realm=/);
    if (status === 405) expect(reply.headers.allow).toContain("POST");
    expect(identity.filter((name) => name in reply.headers)).toEqual([]);
    expect(events).toMatchObject([{ method, status, code, principal: undefined }]);
  });

  test("while the routes are not known", async () => {
    const { ask, policy } = await startAnswers();
    policy.known = undefined;
    const reply = await ask(auth, "GET", tasks, tokenOf("alice"));
    expect(reply.status).toBe(503);
    expect(codeOf(reply)).toBe("policy_unavailable");
    expect(reply.headers["retry-after"]).toBe("5");
  });
});

describe("what the proxy would pass on unchanged is refused", () => {
  test("a target that is admitted, but not in canonical form", async () => {
    const { ask, events } = await startAnswers();
    const reply = await ask(auth, "GET", "/api/%61lice/tasks", tokenOf("alice"));
    expect([reply.status, codeOf(reply)]).toEqual([400, "path_rejected"]);
    expect(events).toMatchObject([{ hint: "the path is not canonical" }]);
  });

  test.each([
    "X-Usher-User",
    "X-Usher-Anything",
    "X_Usher_User",
    "X.Usher.User",
    "X-HTTP-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X_Forwarded_For",
    "Content_Length",
  ])("the field %s", async (name) => {
    const { ask } = await startAnswers();
    const reply = await ask(auth, "GET", tasks, { ...tokenOf("alice"), [name]: "bob" });
    expect([reply.status, codeOf(reply)]).toEqual([400, "header_rejected"]);
  });

  test("another upgrade than to a WebSocket", async () => {
    const { ask } = await startAnswers();
    const h2c = { ...tokenOf("alice"), Upgrade: "h2c", "HTTP2-Settings": "AAMAAABk" };
    expect((await ask(auth, "GET", tasks, h2c)).status).toBe(400);
  });
});

describe("a WebSocket", () => {
  const upgrade = { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13" };

  test("is judged as a GET, with the token of its subprotocols", async () => {
    const { ask } = await startAnswers();
    const offered = (user: string) => ({
      "Sec-WebSocket-Protocol": `bearer, ${tokenOf(user).Authorization.slice("Bearer ".length)}`,
    });
    expect((await ask(auth, "GET", "/live/alice", { ...upgrade, ...offered("alice") })).status).toBe(204);
    expect((await ask(auth, "GET", "/live/alice", { ...upgrade, ...offered("bob") })).status).toBe(403);
    expect((await ask(auth, "GET", "/live/alice", offered("alice"))).status).toBe(401);
    expect((await ask(auth, "GET", "/live/alice", { ...upgrade, ...tokenOf("alice") })).status).toBe(204);
  });

  test("is not opened for another site's page, nor with the id of a Socket.IO connection", async () => {
    const { ask } = await startAnswers();
    const whole = { ...upgrade, ...tokenOf("alice") };
    for (const [target, headers, status, code] of [
      ["/live/alice", { Origin: page }, 204, undefined],
      ["/live/alice", { Origin: "http://api.example.com" }, 204, undefined],
      ["/live/alice", { Origin: "https://evil.example" }, 403, "origin_rejected"],
      ["/live/alice?s%69d=of-bob", {}, 400, "bad_request"],
      ["/live/alice", { "Sec-WebSocket-Version": "8" }, 400, "bad_request"],
    ] as const) {
      const reply = await ask(auth, "GET", target, { ...whole, ...headers });
      expect([reply.status, reply.body === "" ? undefined : codeOf(reply)]).toEqual([status, code]);
    }
  });

  test("is answered as a question, if the proxy passes the upgrade itself on", async () => {
    const { ask } = await startAnswers();
    const whole = { ...upgrade, Upgrade: "websocket", Connection: "Upgrade, close" };
    const reply = await ask(auth, "GET", "/live/alice", { ...whole, ...tokenOf("alice") });
    expect([reply.status, reply.headers["x-usher-user"]]).toEqual([204, "alice"]);
    expect((await ask(auth, "GET", "/live/alice", { ...whole, ...tokenOf("bob") })).status).toBe(403);
  });
});

describe("who asks", () => {
  test("must be a trusted proxy: others learn nothing, and the log says so", async () => {
    const { ask, events } = await startAnswers({ trusted: ["10.0.0.0/8"] });
    for (const path of [auth, "/.usher/refusal", `/.usher/envoy${tasks}`]) {
      const reply = await ask(path, "GET", tasks, tokenOf("alice"));
      expect([reply.status, codeOf(reply)]).toEqual([404, "not_found"]);
    }
    expect(new Set(events.map(({ hint }) => hint))).toEqual(
      new Set(["the address that asks is not among the trusted proxies"]),
    );
  });

  const method = "X-Original-Method: GET";
  const target = `X-Original-URI: ${tasks}`;
  const other = ["X-Forwarded-Method: GET", `X-Forwarded-Uri: ${tasks}`] as const;
  test.each([
    ["no field", [], "must name the original request"],
    ["only the method", [method], "must send both"],
    ["only the target", [target], "must send both"],
    ["two targets", [method, target, "X-Original-URI: /public"], "came twice"],
    ["two methods", [method, method, target], "came twice"],
    ["both pairs", [method, target, ...other], "came together"],
    ["a field of the other pair", [method, target, other[1]], "came together"],
    ["half of each", [method, other[1]], "came together"],
    ["a method in lower case", ["X-Original-Method: get", target], "none that HTTP knows"],
    ["an empty method", ["X-Original-Method:", target], "none that HTTP knows"],
  ])("must name the request once: %s", async (_, lines, hint) => {
    const { send, events } = await startAnswers();
    const reply = await send([`GET ${auth} HTTP/1.1`, "Host: a", ...linesOf(tokenOf("alice")), ...lines]);
    expect([reply.status, codeOf(reply)]).toEqual([400, "bad_request"]);
    expect(events[0]?.hint).toContain(hint);
  });

  test("may ask at the known paths only", async () => {
    const { ask } = await startAnswers();
    for (const path of ["/.usher/auth/apache", "/.usher/auth/", "/.usher/envoy", "/.usher/authority"]) {
      expect((await ask(path, "GET", "/public")).status).toBe(404);
    }
    // Some proxies append the query of the original request.
    expect((await ask(`${auth}?page=2`, "GET", "/public")).status).toBe(204);
  });
});

describe("each proxy gets what it can carry:", () => {
  test("nginx a 403, and the whole answer when it asks again", async () => {
    const { ask, policy } = await startAnswers();
    const nginx = `${auth}/nginx`;
    expect((await ask(nginx, "GET", tasks, tokenOf("alice"))).status).toBe(204);
    for (const [target, headers, status] of [
      [tasks, {}, 401],
      ["/nowhere", tokenOf("alice"), 404],
      ["/api/alice//tasks", tokenOf("alice"), 400],
      ["/api/%61lice/tasks", tokenOf("alice"), 400],
      [tasks, { ...tokenOf("alice"), "X-Usher-User": "bob" }, 400],
    ] as const) {
      const reply = await ask(nginx, "GET", target, headers);
      expect([reply.status, reply.headers["x-usher-status"]]).toEqual([403, String(status)]);
      const whole = await ask("/.usher/refusal", "GET", target, headers);
      expect([whole.status, JSON.parse(whole.body).status]).toEqual([status, status]);
    }
    policy.known = undefined;
    expect((await ask(nginx, "GET", tasks, tokenOf("alice"))).status).toBe(403);
    expect((await ask("/.usher/refusal", "GET", tasks, tokenOf("alice"))).headers["retry-after"]).toBe("5");
  });

  test("nginx never a pass from the second question", async () => {
    const { ask } = await startAnswers();
    const reply = await ask("/.usher/refusal", "GET", tasks, tokenOf("alice"));
    expect([reply.status, codeOf(reply), reply.headers["retry-after"]]).toEqual([503, "try_again", "5"]);
    expect(identity.filter((name) => name in reply.headers)).toEqual([]);
  });

  test("a preflight as 200 where 204 passes, as 204 where 200 passes, for nginx in two steps", async () => {
    const { ask, send } = await startAnswers();
    const granted = { "access-control-allow-origin": page };
    for (const proxy of ["caddy", "haproxy"]) {
      const reply = await ask(`${auth}/${proxy}`, "OPTIONS", tasks, preflight);
      expect(reply).toMatchObject({ status: 200, headers: granted });
    }
    const envoy = ["Host: a", ...linesOf(preflight)];
    const reply = await send([`OPTIONS /.usher/envoy${tasks} HTTP/1.1`, ...envoy]);
    expect(reply).toMatchObject({ status: 204, headers: granted });
    expect((await ask(`${auth}/nginx`, "OPTIONS", tasks, preflight)).status).toBe(403);
    expect(await ask("/.usher/refusal", "OPTIONS", tasks, preflight)).toMatchObject({
      status: 204,
      headers: granted,
    });
  });

  test("no preflight where every 2xx passes: it is an OPTIONS like any other", async () => {
    const { ask } = await startAnswers();
    for (const path of [auth, `${auth}/traefik`]) {
      expect((await ask(path, "OPTIONS", tasks, preflight)).status).toBe(401);
      expect((await ask(path, "OPTIONS", tasks, { ...preflight, ...tokenOf("alice") })).status).toBe(405);
    }
  });
});

test("with CORS left to the backend, its preflights pass, and other OPTIONS do not", async () => {
  const { ask } = await startAnswers({ origins: false });
  for (const path of [auth, `${auth}/nginx`]) {
    const reply = await ask(path, "OPTIONS", tasks, preflight);
    expect([reply.status, reply.headers["x-usher-user"]]).toEqual([204, ""]);
    expect((await ask(path, "OPTIONS", tasks)).status).toBeGreaterThanOrEqual(401);
    expect((await ask(path, "OPTIONS", "/nowhere", preflight)).status).toBeGreaterThanOrEqual(401);
  }
});

test("does not wait for a body that a proxy announces, and takes none of the next question for one", async () => {
  const { port } = await startAnswers();
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  const question = (more: string) =>
    `GET ${auth} HTTP/1.1\r\nHost: a\r\nX-Original-Method: POST\r\nX-Original-URI: ${tasks}\r\n${more}\r\n`;
  socket.write(question("Content-Length: 30\r\n"));
  const [reply] = (await once(socket, "data")) as [string];
  expect(reply).toMatch(/^HTTP\/1.1 401 /);
  expect(reply.toLowerCase()).toContain("connection: close");
  socket.on("data", () => expect.fail("a second reply"));
  socket.write(question(""));
  await once(socket, "close");
});
