import type { AuthorizationFields } from "../access/bearer.ts";
import { combinedAuthorization, type HeadersLike } from "./fetch-messages.ts";

/** A request of `node:http`, or of a host that imitates one: serverless functions, mocks. */
export interface NodeRequestLike {
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: HeadersLike | undefined;
}

/**
 * Every `Authorization` field of a request. What `node:http` has read counts (`rawHeaders`), and nothing
 * beside it. Hosts that imitate Node have no such list, or an empty one: there `headers` counts.
 */
export function authorizationOf(request: NodeRequestLike): AuthorizationFields {
  const { rawHeaders } = request;
  if (Array.isArray(rawHeaders) && rawHeaders.length > 0) return authorizationFields(rawHeaders);
  // Asked for only here: Node puts `headers` together when they are first read.
  return combinedAuthorization(request.headers);
}

/**
 * Every `Authorization` field of a `node:http` request. `headers.authorization` alone would hide a second
 * one: Node keeps the first and drops the others.
 *
 * @param rawHeaders `IncomingMessage.rawHeaders`: names and values in turn.
 */
export function authorizationFields(rawHeaders: readonly string[]): string | string[] | undefined {
  let first: string | undefined;
  let all: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 13 || name.toLowerCase() !== "authorization") continue;
    const value = rawHeaders[index + 1] as string;
    if (first === undefined) first = value;
    else all = [...(all ?? [first]), value];
  }
  return all ?? first;
}
