import type { TestIssuer } from "@usher-auth/testing";
import { type AuthErrorCode, authErrorCodes } from "@usher-auth/verify";

/** The answer to a request that means no good. */
export interface Expected {
  /** The only status, or the few that are right; 0 where the connection is closed without a word. */
  readonly status: number | readonly number[];
  /**
   * The problem's code. The guard's codes are the same from every server, to the byte. Any other is the API's
   * code for what its framework or Node's parser rejects, for which other apps have other words. `null` if
   * the response has no problem body.
   */
  readonly code?: string | null;
  /** Whether a framework's own error repeats the target that it refuses; never said of the guard. */
  readonly echoesTarget?: boolean;
}

/** A request that means no good, and the one answer it may get. Its name is its own in the whole table. */
export interface HostileCase extends Expected {
  readonly name: string;
  readonly request: string | Buffer;
}

/** What the cases are made of: tokens of two users, both good, and the issuer to make bad ones with. */
export interface Ingredients {
  readonly issuer: TestIssuer;
  /** Alice's token. */
  readonly token: string;
  /** Bob's, as good as hers. */
  readonly otherToken: string;
  /** A path that the server under attack shows to everybody. */
  readonly publicPath: string;
}

/** A request's text: lines as they are, ended as HTTP/1.1 ends them, and the connection closed after it. */
export function requestText(startLine: string, headers: readonly string[] = [], body = ""): string {
  const length = body === "" ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return [startLine, "host: localhost", ...headers, ...length, "connection: close", "", body].join("\r\n");
}

export function requestLine(method: string, target = ownPath, version = "HTTP/1.1"): string {
  return `${method} ${target} ${version}`;
}

export const get = (path: string, ...headers: string[]) => requestText(`GET ${path} HTTP/1.1`, headers);
export const bearer = (token: string) => `authorization: Bearer ${token}`;
/** Every character a byte, as it is. */
export const latin1 = (text: string) => Buffer.from(text, "latin1");

/** Whether the guard refuses with this code, and not the app around it. */
export function isGuardCode(code: string | null | undefined): code is AuthErrorCode {
  return authErrorCodes.includes(code as AuthErrorCode);
}

/** Alice's own task list: where every case goes that is not about paths. */
export const ownPath = "/api/alice/tasks";
export const own = { status: 200, code: null } as const;
export const missing = { status: 401, code: "credentials_missing" } as const;
export const malformed = { status: 401, code: "token_malformed" } as const;
export const ambiguous = { status: 400, code: "credentials_ambiguous" } as const;
export const mismatch = { status: 403, code: "owner_mismatch" } as const;
/** What Node's parser or a framework rejects before any guard. */
export const bad = { status: 400, code: "bad_request" } as const;
