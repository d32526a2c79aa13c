import { once } from "node:events";
import { createServer } from "node:http";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { usher } from "../../src/adapters/websocket.ts";
import { createRefusals } from "../../src/http/refusals.ts";
import { type AuthErrorCode, remoteJwks, requireScopes } from "../../src/index.ts";
import { keySource } from "../../src/keys/index.ts";
import { readProtocols } from "../../src/websocket/subprotocol.ts";
import { createBench } from "../support.ts";
import { ask, bearer, listen, open, refusalOf, type SocketBench, serve } from "./support.ts";

const refusals = createRefusals("api", false);
const path = (bench: SocketBench, target = "/api/alice/live") => `ws://${bench.host}${target}`;

describe("an upgrade with a token", () => {
  it("is accepted by the Authorization header, and the handler gets the principal", async () => {
    const bench = await serve();
    const webSocket = await open(new WebSocket(path(bench), bearer(bench.issuer.tokenFor("alice"))));
    expect(await ask(webSocket, "hello")).toBe("alice: hello");
    expect(bench.session()).toMatchObject({ principal: { id: "alice" }, params: { userId: "alice" } });
    expect(webSocket.protocol).toBe("");
  });

  it("is accepted by the subprotocol, as a browser sends it, and the token is never echoed", async () => {
    const bench = await serve();
    const token = bench.issuer.tokenFor("alice");
    const browser = new globalThis.WebSocket(path(bench), ["bearer", token]);
    await once(browser, "open");
    expect(browser.protocol).toBe("bearer");
    browser.close();

    const last = await open(new WebSocket(path(bench), ["graphql-transport-ws", "bearer", token]));
    expect(last.protocol).toBe("graphql-transport-ws");
    expect(bench.protocols).toEqual(["bearer", "graphql-transport-ws, bearer"]);
  });

  it("is accepted on a path without an owner", async () => {
    const bench = await serve();
    const webSocket = await open(
      new WebSocket(path(bench, "/news?since=5"), bearer(bench.issuer.tokenFor("bob"))),
    );
    expect(await ask(webSocket, "hello")).toBe("bob: hello");
    expect(bench.session().params).toEqual({});
  });

  it("waits for keys that must be fetched", async () => {
    const issuer = await createTestIssuer({ mode: "jwks" });
    const bench = await serve({}, { keys: remoteJwks(issuer.jwksUrl), clock: Date.now });
    await open(new WebSocket(path(bench), bearer(issuer.tokenFor("alice"))));
    await issuer.close();
  });
});

describe("a rejected upgrade", () => {
  const cases: [name: string, code: AuthErrorCode, open: (bench: SocketBench) => WebSocket][] = [
    ["without a token", "credentials_missing", (bench) => new WebSocket(path(bench))],
    [
      "without a token, on an unknown path",
      "credentials_missing",
      (bench) => new WebSocket(path(bench, "/no")),
    ],
    [
      "by another scheme",
      "credentials_missing",
      (bench) => new WebSocket(path(bench), { headers: { authorization: "Basic YTpi" } }),
    ],
    [
      "with its token in the query",
      "credentials_missing",
      (bench) => new WebSocket(path(bench, `/api/alice/live?access_token=${bench.issuer.tokenFor("alice")}`)),
    ],
    [
      "with subprotocols other than bearer",
      "credentials_missing",
      (bench) => new WebSocket(path(bench), ["chat"]),
    ],
    [
      "with only the subprotocol bearer",
      "token_malformed",
      (bench) => new WebSocket(path(bench), ["bearer"]),
    ],
    [
      "with a header and a subprotocol",
      "credentials_ambiguous",
      (bench) => {
        const token = bench.issuer.tokenFor("alice");
        return new WebSocket(path(bench), ["bearer", token], bearer(token));
      },
    ],
    [
      "with a token in header and query",
      "credentials_ambiguous",
      (bench) => {
        const token = bench.issuer.tokenFor("alice");
        return new WebSocket(path(bench, `/api/alice/live?%61ccess_token=${token}`), bearer(token));
      },
    ],
    [
      "with a token that has expired",
      "token_expired",
      (bench) => new WebSocket(path(bench), bearer(bench.issuer.tokenFor("alice", { expired: true }))),
    ],
    [
      "with a tampered token as subprotocol",
      "signature_invalid",
      (bench) => new WebSocket(path(bench), ["bearer", bench.issuer.tokenFor("alice", { tampered: true })]),
    ],
    [
      "on another user's path",
      "owner_mismatch",
      (bench) => new WebSocket(path(bench, "/api/bob/live"), bearer(bench.issuer.tokenFor("alice"))),
    ],
    [
      "on another user's path, escaped",
      "owner_mismatch",
      (bench) => new WebSocket(path(bench, "/api/%62ob/live"), bearer(bench.issuer.tokenFor("alice"))),
    ],
  ];

  it.each(cases)("%s gets an HTTP response: %s", async (_, code, start) => {
    const warned = vi.spyOn(process, "emitWarning");
    const bench = await serve();
    const answer = await refusalOf(start(bench));
    const { status, headers, body } = refusals.for({ code });
    expect(answer).toMatchObject({ status, body, headers: { ...headers, connection: "close" } });
    expect(answer.headers["content-length"]).toBe(String(body.length));
    expect(Date.parse(answer.headers.date as string)).not.toBeNaN();
    expect(bench.upgrades()).toBe(0);
    expect(bench.rejected).toMatchObject([{ error: { code, hint: expect.any(String) } }]);
    // A rejection is not a bug.
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it("gets the same 404 for another user's path, with concealOwnerMismatch, and for an unknown path", async () => {
    const bench = await serve({ concealOwnerMismatch: true });
    const token = bearer(bench.issuer.tokenFor("alice"));
    const [another, none] = [
      await refusalOf(new WebSocket(path(bench, "/api/bob/live"), token)),
      await refusalOf(new WebSocket(path(bench, "/api/alice/other"), token)),
    ];
    expect(another).toMatchObject({ status: 404, body: none.body });
    expect(none.headers).toEqual({ ...another.headers, date: none.headers.date });
    expect(bench.upgrades()).toBe(0);
  });

  it("is a 503 if keys are not available", async () => {
    const issuer = await createTestIssuer({ mode: "jwks" });
    await issuer.close();
    const bench = await serve({}, { keys: remoteJwks(issuer.jwksUrl) });
    const answer = await refusalOf(new WebSocket(path(bench), bearer(issuer.tokenFor("alice"))));
    expect(answer).toMatchObject({
      ...refusals.for({ code: "keys_unavailable" }),
      headers: { "retry-after": "5" },
    });
  });

  it("is a 503 if a key source throws, and a 500 with a warning if the verifier does", async () => {
    const fail = () => {
      throw new Error("the vault is locked");
    };
    const failing = await serve(
      {},
      { keys: keySource({ algorithms: new Set(["HS256"]), candidates: fail }) },
    );
    const refused = await refusalOf(new WebSocket(path(failing), bearer(failing.issuer.tokenFor("alice"))));
    expect(refused).toMatchObject(refusals.for({ code: "keys_unavailable" }));

    const bench = await serve({ verifier: { ...failing.verifier, verify: fail as never } });
    const warned = once(process, "warning");
    const answer = await refusalOf(new WebSocket(path(bench), bearer(bench.issuer.tokenFor("alice"))));
    expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('"code":"internal_error"') });
    expect(await warned).toMatchObject([
      { code: "USHER_SOCKET_FAILED", message: expect.stringContaining("the vault") },
    ]);
  });

  it("is disconnected with a warning if the handler throws or rejects", async () => {
    const { issuer, verifier } = createBench();
    const guard = usher({ verifier, ownerParam: "userId" });
    const fault = new Error("the handler is broken");
    for (const handler of [
      () => {
        throw fault;
      },
      () => Promise.reject(fault),
    ]) {
      const server = createServer();
      server.on("upgrade", guard.protect({ path: "/api/:userId/live" }, handler));
      const socket = new WebSocket(
        `ws://${await listen(server)}/api/alice/live`,
        bearer(issuer.tokenFor("alice")),
      );
      const warned = once(process, "warning");
      await expect(once(socket, "open")).rejects.toThrow("socket hang up");
      expect(await warned).toMatchObject([
        {
          code: "USHER_SOCKET_FAILED",
          message: 'the handler of a WebSocket failed: "the handler is broken"',
        },
      ]);
    }
  });

  it("is closed after the response, even if the client keeps its side open", async () => {
    const bench = await serve();
    const [host, port] = bench.host.split(":");
    const client = createConnection({ host: host as string, port: Number(port), allowHalfOpen: true });
    client.write("GET /news HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    // The server closes its side although this side stays open.
    expect(await text(client)).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    const [connection] = bench.connections;
    await vi.waitFor(() => expect(connection?.destroyed).toBe(true));
    client.destroy();
  });
});

describe("the subprotocols", () => {
  it.each([
    [undefined, undefined, undefined],
    ["chat", undefined, "chat"],
    ["bearer", "", "bearer"],
    ["bearer, t.o.k", "t.o.k", "bearer"],
    ["a,bearer,t.o.k , b", "t.o.k", "a, bearer, b"],
    ["Bearer, t.o.k", undefined, "Bearer, t.o.k"],
    ["bearer, bearer, t.o.k", "bearer", "bearer, t.o.k"],
  ])("%s has the token %s", (field, token, protocols) => {
    expect(readProtocols(field)).toEqual({ token, protocols });
  });
});

describe("the options", () => {
  const { verifier } = createBench();
  it("are checked immediately", () => {
    const guard = usher({ verifier, ownerParam: "userId" });
    const refuse = (route: unknown) => expect(() => guard.protect(route as { path: "/" }, () => {}));
    refuse({ path: [] }).toThrow(/path: give/);
    refuse({ path: "live" }).toThrow(/not a valid pattern/);
    refuse({ path: "/api/:user_id/live" }).toThrow(/Use the same spelling/);
    refuse({ path: "/a", policies: [{}] }).toThrow(/policies must/);
    expect(() => usher({ verifier } as never)).toThrow(/ownerParam/);
  });

  it("may require policies", async () => {
    const bench = await serve({ path: ["/tasks"], policies: [requireScopes("tasks:write")] });
    const [plain, granted] = [{}, { claims: { scope: "tasks:write" } }].map((faults) =>
      bearer(bench.issuer.tokenFor("alice", faults)),
    );
    expect(await refusalOf(new WebSocket(path(bench, "/tasks"), plain))).toMatchObject({
      status: 403,
      body: refusals.for({ code: "scope_insufficient", scopes: ["tasks:write"] }).body,
    });
    expect(await refusalOf(new WebSocket(path(bench, "/other"), plain))).toMatchObject({ status: 404 });
    await open(new WebSocket(path(bench, "/tasks"), granted));
  });

  it("create no session for a rejected request", () => {
    const guard = usher({ verifier, ownerParam: null });
    expect(() => guard.sessionOf({} as never)).toThrow(/not accepted/);
  });
});
