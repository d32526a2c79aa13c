import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { type UpgradeHandler, type UsherOptions, usher } from "@usher-auth/verify/websocket";
import { WebSocket, WebSocketServer } from "ws";
import type { UserFunction } from "../behaviours.ts";
import { ANSWER_TIMEOUT, answerTimeout, type Callback, type Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});

/** Of one session, as renewals must be. */
const token = () => issuer.tokenFor("alice", { claims: { sid: "session-1" } });

interface Parts {
  readonly handler?: (good: UserFunction) => UserFunction;
  readonly options?: Partial<UsherOptions>;
}

/** A row: a guarded server of `ws` whose code misbehaves while `misbehaves` says so, asked twice. */
function row(
  name: string,
  parts: (wrap: (good: UserFunction, callBack?: () => unknown) => UserFunction) => Parts,
  expected: Callback["expected"],
  user = "alice",
): Callback {
  return {
    name: `verify/websocket ${name}`,
    expected,
    async use(behaviour) {
      let misbehaves = true;
      const wrap = (good: UserFunction, callBack?: () => unknown): UserFunction => {
        const bad = behaviour.of(good, callBack);
        return (...input) => (misbehaves ? bad : good)(...input);
      };
      const { handler = (good: UserFunction) => good, options } = parts(wrap);
      const sockets = new WebSocketServer({ noServer: true });
      const guard = usher({ verifier, ownerParam: "userId", ...options });
      const good: UpgradeHandler<{ userId: string }> = (request, socket, head, session) => {
        sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send(session.principal.id));
      };
      const server = createServer().listen(0, "127.0.0.1");
      server.on("upgrade", guard.protect({ path: "/:userId/live" }, handler(good) as typeof good));
      await once(server, "listening");
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        const during = await outcomeOf(`${url}/${user}/live`, answerTimeout(expected, behaviour, "failed"));
        misbehaves = false;
        return { during, afterwards: await outcomeOf(`${url}/alice/live`, ANSWER_TIMEOUT) };
      } finally {
        for (const webSocket of sockets.clients) webSocket.terminate();
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function outcomeOf(url: string, milliseconds: number): Promise<Outcome> {
  const webSocket = new WebSocket(url, ["bearer", token()]);
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => resolve("failed"), milliseconds);
  webSocket.once("message", (data) => resolve(String(data) === "alice" ? "served" : "failed"));
  webSocket.once("unexpected-response", (_request, { statusCode = 500 }) =>
    resolve(statusCode >= 500 ? "failed" : "refused"),
  );
  webSocket.once("close", () => resolve("failed"));
  webSocket.on("error", () => resolve("failed"));
  return promise.finally(() => {
    clearTimeout(timer);
    webSocket.terminate();
  });
}

/** Renewals come from the handler, which is user code too: it calls back into its session. */
function withHandler(wrap: (good: UserFunction) => UserFunction): Parts {
  return {
    handler: (good) =>
      wrap((request, socket, head, session) => {
        session.renew(token());
        return good(request, socket, head, session);
      }),
  };
}

export const websocketCallbacks: readonly Callback[] = [
  row("protect handler", withHandler, {
    usual: "served",
    // What does not complete the upgrade leaves its client without an answer.
    throws: "failed",
    "throws a value that is not an Error": "failed",
    rejects: "failed",
    "returns a thenable that throws": "failed",
    "never settles": "failed",
  }),
  row("usher onAccept", (wrap) => ({ options: { onAccept: wrap(() => {}) } }), { usual: "served" }),
  row("usher onReject", (wrap) => ({ options: { onReject: wrap(() => {}) } }), { usual: "refused" }, "bob"),
];
