import type { TestIssuer } from "@usher-auth/testing";
import { type AuthErrorCode, authErrorCodes } from "@usher-auth/verify";

/** The expected answer to a hostile request. */
export interface Expected {
  /** The accepted status, or several; 0 if the connection is closed without an answer. */
  readonly status: number | readonly number[];
  /**
   * The problem's code. The guard's codes are the same from every server, to the byte. Any other is the API's
   * code for what its framework or Node's parser rejects, where other apps use other codes. `null` if
   * the response has no problem body.
   */
  readonly code?: string | null;
  /** Whether the framework's own error repeats the rejected target. The guard never does. */
  readonly echoesTarget?: boolean;
}

/** A hostile request and its expected answer. The name is unique in the table. */
export interface HostileCase extends Expected {
  readonly name: string;
  readonly request: string | Buffer;
}

/** Used by the cases: valid tokens of two users, and the issuer that creates invalid ones. */
export interface Ingredients {
  readonly issuer: TestIssuer;
  /** Alice's token. */
  readonly token: string;
  /** Bob's token. */
  readonly otherToken: string;
  /** A public path of the server. */
  readonly publicPath: string;
}

/** The text of a request: the lines unchanged, ended as in HTTP/1.1, with `Connection: close`. */
export function requestText(startLine: string, headers: readonly string[] = [], body = ""): string {
  const length = body === "" ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return [startLine, "host: localhost", ...headers, ...length, "connection: close", "", body].join("\r\n");
}

export function requestLine(method: string, target = ownPath, version = "HTTP/1.1"): string {
  return `${method} ${target} ${version}`;
}

export const get = (path: string, ...headers: string[]) => requestText(`GET ${path} HTTP/1.1`, headers);
export const bearer = (token: string) => `authorization: Bearer ${token}`;
/** Each character as one byte. */
export const latin1 = (text: string) => Buffer.from(text, "latin1");

/** Whether this is a code of the guard, not of its app. */
export function isGuardCode(code: string | null | undefined): code is AuthErrorCode {
  return authErrorCodes.includes(code as AuthErrorCode);
}

/** Alice's task list: the target of every case that is not about paths. */
export const ownPath = "/api/alice/tasks";
export const own = { status: 200, code: null } as const;
export const missing = { status: 401, code: "credentials_missing" } as const;
export const malformed = { status: 401, code: "token_malformed" } as const;
export const ambiguous = { status: 400, code: "credentials_ambiguous" } as const;
export const mismatch = { status: 403, code: "owner_mismatch" } as const;
/** What Node's parser or a framework rejects before any guard. */
export const bad = { status: 400, code: "bad_request" } as const;
