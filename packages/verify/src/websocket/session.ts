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

/** The connection of one user, from its upgrade to its close. */
export interface SocketSession<Params = Readonly<Record<string, string>>, Claims = TokenClaims> {
  /** Who the newest token that was accepted speaks for. Its `id` never changes. */
  readonly principal: Principal<Claims>;
  /**
   * The parameters that the owner was held by, decoded once. Take ids from here, and not from the URL once
   * more.
   */
  readonly params: Params;
  /**
   * Takes a fresh token, so that the socket outlives the one that opened it. It must be of the same user and,
   * where the former one had a `sid`, of the same session; and it must satisfy the path's policies.
   *
   * A token that is refused closes the socket, as an expired one would. One that cannot be judged at the
   * moment (503) changes nothing: the former one counts until it ends. Of several, the one that was given
   * last counts, however long each takes to be judged.
   *
   * @param token What the client sent; anything but a text is refused.
   */
  renew(token: unknown): void;
  /**
   * Whether a message is `usher.renew <token>` and none of the application's; if it is, does what {@link
   * renew} does.
   *
   * @param message A text, or the bytes of one (`Buffer`, `Uint8Array`, `ArrayBuffer`), as libraries give
   *   them.
   */
  takesRenewal(message: unknown): boolean;
}

/** What a session is made of. */
export interface SessionParts<Claims, Source> {
  readonly guard: Guard<Claims, Source>;
  readonly verifier: Verifier<Claims>;
  readonly watch: Watch;
  /** What the guard's events are told of. */
  readonly request: Source;
  readonly connection: Connection;
  readonly token: string;
  readonly principal: Principal<Claims>;
  /** What the path asks for. */
  readonly access: RouteAccess<Claims> & { readonly params: Readonly<Record<string, string>> };
}

/** A session, and how to tell it that its connection has closed. */
export interface OpenSession<Claims> {
  readonly session: SocketSession<Readonly<Record<string, string>>, Claims>;
  closed(): void;
}

/** What a renewal message starts with; the rest is the token. */
const prefix = "usher.renew ";

/** Watches over a socket from its upgrade on: nothing that the application forgets leaves it open. */
export function openSession<Claims, Source>(parts: SessionParts<Claims, Source>): OpenSession<Claims> {
  const { guard, verifier, watch, request, connection, access } = parts;
  const verifyEagerly = eagerly(verifier);
  let { token, principal } = parts;
  let isClosing = false;
  /** How many renewals were given, and which of them counts. */
  let [given, counting] = [0, 0];

  /**
   * The token is verified again, mostly out of the cache: that sees its end, its revocation, and its key's
   * withdrawal.
   */
  function check(): void {
    // A client that does not answer the close frame gets no more time, or it could go on sending.
    if (isClosing) cutOff();
    else verifyAgain();
  }

  /** There is nothing more to be done about it then. */
  function cutOff(): void {
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
   * Close codes from 4000 on are the application's (RFC 6455 section 7.4.2): here 4000 and the HTTP status.
   */
  function end(error: unknown, isRenewal = false): void {
    if (isClosing) return;
    const refusal = isAuthError(error) ? guard.refuse(error, request) : undefined;
    if (isRenewal && refusal?.status === 503) return;
    isClosing = true;
    if (refusal !== undefined) {
      // The code as this version has it: an error of another copy of the package may say anything.
      attempt(() => connection.close(4000 + refusal.status, (JSON.parse(refusal.body) as Problem).code));
    } else {
      warnOfFault(error);
      cutOff();
    }
  }

  /**
   * @param number Keys may have to be fetched for one renewal and not for the next: a late one must not undo
   *   that.
   */
  function accept(fresh: string, renewed: Principal<Claims>, number: number): void {
    const isSameSession = principal.sessionId === undefined || renewed.sessionId === principal.sessionId;
    if (renewed.id !== principal.id || !isSameSession) {
      throw new AuthError("owner_mismatch", { hint: "the fresh token is of another user or session" });
    }
    guard.authorize(renewed, access);
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

/**
 * What is under a socket is the host's: it must not end the process, nor the watch over the other sockets.
 */
function attempt(end: () => void): void {
  try {
    end();
  } catch (error) {
    warnOfFault(error, "a WebSocket could not be closed");
  }
}

/**
 * The token of a renewal message; undefined for every other message, which then costs no more than a look at
 * its start.
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
