import type { IncomingMessage } from "node:http";
import type { AuthorizationFields } from "../../http/authorization.ts";
import { authorizationOf, type NodeRequestLike } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import { isUpgrade, takeSubprotocolToken } from "../../websocket/credentials.ts";

type AnyRequest = NodeRequestLike & { readonly url?: string | undefined };

/** What tRPC tells `createContext` besides, as far as it matters here. */
export interface TrpcRequestInfo {
  /** What a WebSocket client has said once it was connected: its `token` is the credential. */
  readonly connectionParams?: Readonly<Record<string, string | undefined>> | null;
}

/**
 * The request as tRPC's adapters hand it to `createContext`: of Node and Express, of Fastify, or of fetch.
 */
export type TrpcRequest = AnyRequest | { readonly raw: AnyRequest };

/**
 * What `guard.protect` needs in the context of a call. Says nothing of who called: nothing is verified yet.
 */
export interface UsherContext {
  readonly unverified: {
    readonly authorization: AuthorizationFields;
    readonly tokenInQuery: boolean;
    readonly request: TrpcRequest;
  };
}

/** For `createContext`. */
export function readRequest(
  request: TrpcRequest,
  info: TrpcRequestInfo | undefined,
): UsherContext["unverified"] {
  const read = rawOf(request);
  const fields = authorizationOf(read);
  const authorization = isUpgrade(read)
    ? [...[fields ?? []].flat(), ...connectionTokens(read, info)]
    : fields;
  return { authorization, tokenInQuery: hasQueryToken(read.url), request };
}

/** Node's own request. */
export function rawOf(request: TrpcRequest): AnyRequest {
  return "raw" in request ? request.raw : request;
}

/**
 * What a browser can send with a WebSocket: a subprotocol, or tRPC's connection parameters. Those come in a
 * message of their own; in any other request they are in the URL, which ends up in logs, and count for
 * nothing.
 */
function connectionTokens(read: AnyRequest, info: TrpcRequestInfo | undefined): readonly string[] {
  const { token } = info?.connectionParams ?? {};
  const announced = takeSubprotocolToken((read as IncomingMessage).headers);
  return typeof token === "string" ? [...announced, `Bearer ${token}`] : announced;
}
