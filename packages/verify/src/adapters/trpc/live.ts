import type { IncomingMessage } from "node:http";
import { readBearer } from "../../access/bearer.ts";
import type { Guard } from "../../access/guard.ts";
import type { Principal } from "../../claims/principal.ts";
import { ignorePromise } from "../../user-code/thenable.ts";
import type { Verifier } from "../../verifier/verifier.ts";
import { rawConnection } from "../../websocket/connection.ts";
import { isUpgrade } from "../../websocket/credentials.ts";
import { openSession } from "../../websocket/session.ts";
import { Watch } from "../../websocket/watch.ts";
import type { RefusedCall } from "./refused.ts";
import { rawOf, type TrpcRequest, type UsherContext } from "./request.ts";
import { followed, follower } from "./subscription.ts";

/** A call that the guard accepted. */
interface LiveCall<Claims> extends Readonly<UsherContext["unverified"]> {
  /** `query`, `mutation`, `subscription`. */
  readonly type: string;
  readonly principal: Principal<Claims>;
  /** The procedure's name. */
  readonly path: string;
}

/** Makes a call. If it goes on afterwards (a subscription, a WebSocket), ends it when its token ends. */
export type LiveCalls<Claims> = (call: LiveCall<Claims>, make: () => Promise<unknown>) => Promise<unknown>;

/** @param refuse Creates the error of a rejected call from the reason. */
export function createLiveCalls<Claims>(
  guard: Guard<Claims, TrpcRequest>,
  verifier: Verifier<Claims>,
  refuse: (error: unknown, call: RefusedCall) => unknown,
): LiveCalls<Claims> {
  const watch = new Watch();
  const watched = new WeakSet<object>();

  return (call, make) => {
    const raw = rawOf(call.request);
    if (isUpgrade(raw)) {
      if (!watched.has(raw)) watchConnection(raw as IncomingMessage, call);
      return make();
    }
    return call.type === "subscription" ? make().then((result) => follow(result, call)) : make();
  };

  /** After code 4401, tRPC's client opens the connection again and repeats its subscriptions. */
  function watchConnection(
    raw: IncomingMessage,
    { request, principal, authorization, tokenInQuery }: LiveCall<Claims>,
  ): void {
    watched.add(raw);
    const token = readBearer(authorization, tokenInQuery);
    const access = { params: {}, ownerParams: [] };
    const connection = rawConnection(raw.socket);
    const { closed } = openSession({ guard, verifier, watch, request, connection, token, principal, access });
    raw.socket.once("close", closed);
  }

  function follow(
    result: unknown,
    { request, path, authorization, tokenInQuery }: LiveCall<Claims>,
  ): unknown {
    const { ok, data } = result as { readonly ok: boolean; readonly data?: unknown };
    if (!ok) return result;
    const token = readBearer(authorization, tokenInQuery);
    const check = (): void => {
      try {
        if (ignorePromise(verifier.verifySync(token)))
          throw new Error("`verifySync` answered with a promise");
      } catch (error) {
        throw refuse(error, { request, path });
      }
    };
    return { ...(result as object), data: followed(data, follower(watch, check)) };
  }
}
