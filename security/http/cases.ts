import type { TestIssuer } from "@usher-auth/testing";

/** A request that means no good, and the one answer it may get. */
export interface HostileCase {
  readonly name: string;
  readonly request: string | Buffer;
  /** The only status, or the few that are right. */
  readonly status: number | readonly number[];
  /** The problem's code; `null` where the answer has no problem body. */
  readonly code?: string | null;
}

/** What the cases are made of: tokens of two users, both good, and the issuer to make bad ones with. */
export interface Ingredients {
  readonly issuer: TestIssuer;
  /** Alice's token. */
  readonly token: string;
  /** Another user's token, as good as hers. */
  readonly otherToken: string;
}

/** A request's text: lines as they are, ended as HTTP/1.1 ends them, and the connection closed after it. */
export function requestText(startLine: string, headers: readonly string[] = [], body = ""): string {
  const length = body === "" ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return [startLine, "host: localhost", ...headers, ...length, "connection: close", "", body].join("\r\n");
}

export const get = (path: string, ...headers: string[]) => requestText(`GET ${path} HTTP/1.1`, headers);
export const bearer = (token: string) => `authorization: Bearer ${token}`;
