import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createGuard } from "../../src/access/index.ts";
import {
  openSocketSession,
  type SocketSession,
  type SocketSessionOptions,
  upgradeCredentials,
} from "../../src/adapters/websocket.ts";
import { requireClaim, type TokenClaims } from "../../src/index.ts";
import { createBench } from "../support.ts";
import { closed, open } from "./support.ts";

const { issuer, verifier } = createBench();
const server = createServer();
afterEach(() => void server.closeAllConnections());

/** As an adapter outside the package does it: several rules have admitted the upgrade. */
async function connect(
  token: string,
  roles = ["editor", "auditor"],
  more: Pick<SocketSessionOptions, "close"> = {},
): Promise<[WebSocket, SocketSession<object, TokenClaims>]> {
  const guard = createGuard<TokenClaims, IncomingMessage>({ verifier, ownerParam: null });
  const accesses = roles.map((role) => ({
    params: {},
    ownerParams: [],
    policies: [requireClaim(({ roles }: TokenClaims) => (roles as string[]).includes(role), role)],
  }));
  const sockets = new WebSocketServer({ noServer: true });
  const session = new Promise<SocketSession<object, TokenClaims>>((resolve) => {
    server.once("upgrade", (request, socket, head) => {
      const credentials = upgradeCredentials(request);
      expect(request.headers["sec-websocket-protocol"]).toBe("bearer");
      const principal = verifier.verifySync(token);
      sockets.handleUpgrade(request, socket, head, () => {});
      const parts = { guard, verifier, request, socket, credentials, principal, accesses, ...more };
      resolve(openSocketSession<TokenClaims, IncomingMessage>(parts));
    });
  });
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return [await open(new WebSocket(`ws://127.0.0.1:${port}`, ["bearer", token])), await session];
}

const tokenWith = (...roles: string[]) => issuer.tokenFor("alice", { claims: { sid: "session-1", roles } });

it("checks a fresh token against every rule that admitted the upgrade", async () => {
  const [webSocket, session] = await connect(tokenWith("editor", "auditor"));
  session.renew(tokenWith("auditor", "editor", "x"));
  expect(session.principal.claims.roles).toContain("x");
  session.renew(tokenWith("editor"));
  expect(await closed(webSocket)).toEqual([4403, "scope_insufficient"]);
});

it("checks it against the first rule too", async () => {
  const [webSocket, session] = await connect(tokenWith("editor", "auditor"));
  session.renew(tokenWith("auditor"));
  expect(await closed(webSocket)).toEqual([4403, "scope_insufficient"]);
});

it("has no parameters, and accepts any fresh token of the session, if there is no rule", async () => {
  const [webSocket, session] = await connect(tokenWith("editor"), []);
  expect(session.params).toEqual({});
  session.renew(tokenWith("x"));
  expect(session.principal.claims.roles).toEqual(["x"]);
  webSocket.close();
});

it("lets the adapter send the close frame", async () => {
  const close = vi.fn();
  const [webSocket, session] = await connect(tokenWith("editor", "auditor"), undefined, { close });
  session.renew(tokenWith("auditor"));
  expect(close).toHaveBeenCalledExactlyOnceWith(4403, "scope_insufficient");
  webSocket.close();
});
