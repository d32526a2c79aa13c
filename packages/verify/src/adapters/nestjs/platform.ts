import type { ServerResponse } from "node:http";
import { answerWith } from "../../http/answers.ts";
import type { NodeRequestLike } from "../../http/authorization.ts";
import type { PreparedResponse } from "../../http/problem.ts";
import { pathOfTarget } from "../../http/request-target.ts";

/** The parts of an Express or Fastify request that the guard uses. */
export interface PlatformRequest extends NodeRequestLike {
  readonly method: string;
  readonly url: string;
  /** Express: the URL without what a mount has removed. */
  readonly originalUrl?: string;
  /** Fastify: Node's own request. An Express request is one itself. */
  readonly raw?: NodeRequestLike;
  readonly params: Readonly<Record<string, unknown>>;
  /** The parameters of the controller's host. Nest sets them, on both platforms. */
  readonly hosts?: Readonly<Record<string, unknown>>;
  readonly query?: object;
  /** Express: the route's pattern. */
  readonly route?: { readonly path: string };
  /** Fastify: the route's pattern. */
  readonly routeOptions?: { readonly url?: string };
  /** Fastify: whether no route was found. */
  readonly is404?: boolean;
}

/** Fastify's reply, or Express's response, which is Node's. */
export type PlatformResponse =
  | { code(status: number): { headers(headers: object): { send(body: Buffer): unknown } } }
  | ServerResponse;

/** Sends a response directly, without Nest. Headers that were set before (CORS) stay. */
export function answerOn(response: PlatformResponse, refusal: PreparedResponse): void {
  // As bytes: Fastify adds a charset to the media type of a string.
  if ("code" in response)
    response.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body));
  else answerWith(refusal, response);
}

/** The path of a request, as it was sent. */
export function pathOf({ originalUrl, url }: PlatformRequest): string {
  return pathOfTarget(originalUrl ?? url);
}
