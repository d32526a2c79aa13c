import type { IncomingMessage } from "node:http";
import type { AuthorizationFields } from "../../http/authorization.ts";
import { authorizationOf, type NodeRequestLike } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import { isUpgrade, takeSubprotocolToken } from "../../websocket/credentials.ts";

type AnyRequest = NodeRequestLike & { readonly url?: string | undefined };

/** The parts of tRPC's request info that the guard reads. */
export interface TrpcRequestInfo {
  /** The parameters that a WebSocket client sends after it has connected. Its `token` is the credential. */
  readonly connectionParams?: Readonly<Record<string, string | undefined>> | null;
}

/** The request as tRPC's adapters pass it to `createContext`: for Node and Express, Fastify, or fetch. */
export type TrpcRequest = AnyRequest | { readonly raw: AnyRequest };

/**
 * What `guard.protect` needs in the context of a call. It does not identify the user: nothing is verified
 * yet.
 */
export interface UsherContext {
  readonly unverified: {
    readonly authorization: AuthorizationFields;
    readonly tokenInQuery: boolean;
    readonly request: TrpcRequest;
  };
}

/** Reads what `createContext` puts into the context. */
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
 * Reads the tokens that a browser can send with a WebSocket: a subprotocol, and tRPC's connection parameters.
 * Those come in a separate message; in any other request they are in the URL, which ends up in logs, and are
 * ignored.
 */
function connectionTokens(read: AnyRequest, info: TrpcRequestInfo | undefined): readonly string[] {
  const { token } = info?.connectionParams ?? {};
  const fromSubprotocol = takeSubprotocolToken((read as IncomingMessage).headers);
  return typeof token === "string" ? [...fromSubprotocol, `Bearer ${token}`] : fromSubprotocol;
}
