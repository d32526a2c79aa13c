import type { Guard, RouteAccess } from "../access/guard.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Problem } from "../http/problem.ts";
import { ignorePromise, isThenable } from "../user-code/thenable.ts";
import { eagerly } from "../verifier/internals.ts";
import type { Verifier } from "../verifier/verifier.ts";
import type { Connection } from "./connection.ts";
import { warnOfFault } from "./fault.ts";
import type { Watch } from "./watch.ts";

/** The WebSocket of one user, from its upgrade to its close. */
export interface SocketSession<Params = Readonly<Record<string, string>>, Claims = TokenClaims> {
  /** The user of the latest accepted token. Its `id` never changes. */
  readonly principal: Principal<Claims>;
  /**
   * The parameters that the owner check used, decoded once. Take ids from here; do not parse the URL again.
   */
  readonly params: Params;
  /**
   * Renews the session with a fresh token, so that the socket stays open when the first token ends. The token
   * must be for the same user, or OAuth client, and, if the previous one had a `sid`, for the same session. A
   * socket that an OAuth client opened, for a user or for itself, is renewed by that client only. The token
   * must satisfy the path's policies, and its owner rule if the path is someone else's.
   *
   * A rejected token closes the socket. A token that cannot be verified at the moment (503) changes nothing:
   * the socket stays open until the previous token ends. If several tokens are given, the last one counts, in
   * whichever order their verifications end.
   *
   * @param token What the client sent. Anything but a string is rejected.
   */
  renew(token: unknown): void;
  /**
   * Whether a message is a renewal (`usher.renew <token>`). If it is, renews the session; do not handle the
   * message again.
   *
   * @param message A string or bytes (`Buffer`, `Uint8Array`, `ArrayBuffer`).
   */
  takesRenewal(message: unknown): boolean;
}

/** What {@link openSession} needs. */
export interface SessionParts<Claims, Source> {
  readonly guard: Guard<Claims, Source>;
  readonly verifier: Verifier<Claims>;
  readonly watch: Watch;
  /** Passed to the guard's `onReject`. */
  readonly request: Source;
  readonly connection: Connection;
  readonly token: string;
  readonly principal: Principal<Claims>;
  /** What the path requires. */
  readonly access: RouteAccess<Claims> & { readonly params: Readonly<Record<string, string>> };
}

/** A session, and the function to call when its connection has closed. */
export interface OpenSession<Claims> {
  readonly session: SocketSession<Readonly<Record<string, string>>, Claims>;
  closed(): void;
}

/** The start of a renewal message. The rest is the token. */
const prefix = "usher.renew ";

/**
 * Opens a session: verifies its token again and again, and closes the connection when the token ends. This
 * does not depend on the application.
 */
export function openSession<Claims, Source>(parts: SessionParts<Claims, Source>): OpenSession<Claims> {
  const { guard, verifier, watch, request, connection, access } = parts;
  const verifyEagerly = eagerly(verifier);
  let { token, principal } = parts;
  let isClosing = false;
  /** The number of renewals so far, and the number of the one that counts. */
  let [given, counting] = [0, 0];

  /**
   * Verifies the token again, usually from the cache. This detects that the token expired or was revoked, and
   * that its key was withdrawn.
   */
  function check(): void {
    // The client has not answered the close frame. It must not keep sending.
    if (isClosing) disconnect();
    else verifyAgain();
  }

  /** The last step: closes the connection and ends the checks. */
  function disconnect(): void {
    watch.remove(watched);
    attempt(() => connection.destroy());
  }

  function verifyAgain(): void {
    try {
      if (ignorePromise(verifier.verifySync(token))) throw new Error("`verifySync` answered with a promise");
    } catch (error) {
      end(error);
    }
  }

  /**
   * Close codes from 4000 on are for applications (RFC 6455 section 7.4.2). This uses 4000 plus the HTTP
   * status.
   */
  function end(error: unknown, isRenewal = false): void {
    if (isClosing) return;
    const refusal = isAuthError(error) ? guard.refuse(error, request) : undefined;
    if (isRenewal && refusal?.status === 503) return;
    isClosing = true;
    if (refusal !== undefined) {
      // The code from the response: the error may come from another copy of the package, with any code.
      attempt(() => connection.close(4000 + refusal.status, (JSON.parse(refusal.body) as Problem).code));
    } else {
      warnOfFault(error);
      disconnect();
    }
  }

  /**
   * Accepts a verified renewal.
   *
   * @param number Which renewal this is. A late one must not replace a newer one: keys may have to be fetched
   *   for one and not for the next.
   */
  function accept(fresh: string, renewed: Principal<Claims>, number: number): void {
    const isSameSession = principal.sessionId === undefined || renewed.sessionId === principal.sessionId;
    // A client's id may be the text of a user's id, but a user's own token has no client.
    const isSameClient = renewed.clientId === principal.clientId;
    if (renewed.id !== principal.id || !isSameClient || !isSameSession) {
      throw new AuthError("owner_mismatch", {
        hint: "the fresh token is for another user, OAuth client or session",
      });
    }
    guard.authorize(renewed, access, request);
    if (isClosing || number < counting) return;
    counting = number;
    token = fresh;
    principal = renewed;
  }

  function renew(fresh: unknown): void {
    const number = ++given;
    try {
      const renewed = verifyEagerly(fresh as string);
      if (isThenable(renewed)) {
        Promise.resolve(renewed)
          .then((later) => accept(fresh as string, later, number))
          .catch((error: unknown) => end(error, true));
      } else {
        accept(fresh as string, renewed, number);
      }
    } catch (error) {
      end(error, true);
    }
  }

  const watched = { check };
  watch.add(watched);

  return {
    closed() {
      isClosing = true;
      watch.remove(watched);
    },
    session: Object.freeze({
      get principal() {
        return principal;
      },
      params: access.params,
      renew,
      takesRenewal(message: unknown) {
        const fresh = readRenewal(message);
        if (fresh === undefined) return false;
        renew(fresh);
        return true;
      },
    }),
  };
}

/** Errors of the host's socket must not end the process or stop the checks of other sockets. */
function attempt(end: () => void): void {
  try {
    end();
  } catch (error) {
    warnOfFault(error, "a WebSocket could not be closed");
  }
}

/**
 * Returns the token of a renewal message, or `undefined` for any other message. Those only cost a comparison
 * of their first bytes.
 */
function readRenewal(message: unknown): string | undefined {
  if (typeof message === "string")
    return message.startsWith(prefix) ? message.slice(prefix.length) : undefined;
  const bytes = bytesOf(message);
  if (bytes === undefined || bytes.length < prefix.length) return undefined;
  return bytes.toString("latin1", 0, prefix.length) === prefix
    ? bytes.toString("utf8", prefix.length)
    : undefined;
}

function bytesOf(message: unknown): Buffer | undefined {
  if (message instanceof ArrayBuffer) return Buffer.from(message);
  return message instanceof Uint8Array
    ? Buffer.from(message.buffer, message.byteOffset, message.byteLength)
    : undefined;
}
