import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { AuthError } from "../errors.ts";
import type { Guard, RouteAccess } from "../guard.ts";
import type { Principal, TokenClaims } from "../principal.ts";
import type { Verifier } from "../verifier.ts";
import { warnOfFault } from "./fault.ts";
import { sendClose } from "./raw-answer.ts";
import type { Watch } from "./watch.ts";

/** The connection of one user, from its upgrade to its close. */
export interface SocketSession<Params = Readonly<Record<string, string>>, Claims = TokenClaims> {
  /** Who the newest token that was accepted speaks for. Its `id` never changes. */
  readonly principal: Principal<Claims>;
  /** The parameters that the owner was held by, decoded once. Take ids from here, and not from the URL once more. */
  readonly params: Params;
  /**
   * Takes a fresh token, so that the socket outlives the one that opened it. It must be of the same user and, where the
   * former one had a `sid`, of the same session; and it must satisfy the path's policies.
   *
   * A token that is refused closes the socket, as an expired one would. One that cannot be judged at the moment (503)
   * changes nothing: the former one counts until it ends.
   *
   * @param token What the client sent; anything but a text is refused.
   */
  renew(token: unknown): void;
  /**
   * Whether a message is `usher.renew <token>` and none of the application's; if it is, does what {@link renew} does.
   *
   * @param message A text, or the bytes of one, as `ws` gives them.
   */
  takesRenewal(message: unknown): boolean;
}

/** What a session is made of. */
export interface SessionParts<Claims> {
  readonly guard: Guard<Claims, IncomingMessage>;
  readonly verifier: Verifier<Claims>;
  readonly watch: Watch;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly token: string;
  readonly principal: Principal<Claims>;
  /** What the path asks for. */
  readonly access: RouteAccess<Claims> & { readonly params: Readonly<Record<string, string>> };
}

/** What a renewal message starts with; the rest is the token. */
const prefix = "usher.renew ";

/** Watches over a socket from its upgrade on: nothing that the application forgets leaves it open. */
export function openSession<Claims>(
  parts: SessionParts<Claims>,
): SocketSession<Readonly<Record<string, string>>, Claims> {
  const { guard, verifier, watch, request, socket, access } = parts;
  let { token, principal } = parts;
  let isClosing = false;

  /** The token is verified again, mostly out of the cache: that sees its end, its revocation, and its key's withdrawal. */
  function check(): void {
    // A client that does not answer the close frame gets no more time, or it could go on sending.
    if (isClosing) socket.destroy();
    else verifyAgain();
  }

  function verifyAgain(): void {
    try {
      verifier.verifySync(token);
    } catch (error) {
      end(error);
    }
  }

  /** Close codes from 4000 on are the application's (RFC 6455 section 7.4.2): here 4000 and the HTTP status. */
  function end(error: unknown, isRenewal = false): void {
    if (isClosing) return;
    const refusal = error instanceof AuthError ? guard.refuse(error, request) : undefined;
    if (isRenewal && refusal?.status === 503) return;
    isClosing = true;
    if (refusal !== undefined) {
      sendClose(socket, 4000 + refusal.status, (error as AuthError).code);
    } else {
      warnOfFault(error);
      socket.destroy();
    }
  }

  function accept(fresh: string, renewed: Principal<Claims>): void {
    const isSameSession = principal.sessionId === undefined || renewed.sessionId === principal.sessionId;
    if (renewed.id !== principal.id || !isSameSession) {
      throw new AuthError("owner_mismatch", { hint: "the fresh token is of another user or session" });
    }
    guard.authorize(renewed, access);
    token = fresh;
    principal = renewed;
  }

  function renew(fresh: unknown): void {
    try {
      const renewed = verifier.verifyEagerly(fresh as string);
      if (renewed instanceof Promise) {
        renewed.then((later) => accept(fresh as string, later)).catch((error: unknown) => end(error, true));
      } else {
        accept(fresh as string, renewed);
      }
    } catch (error) {
      end(error, true);
    }
  }

  const watched = { check };
  watch.add(watched);
  socket.once("close", () => watch.remove(watched));

  return {
    get principal() {
      return principal;
    },
    params: access.params,
    renew,
    takesRenewal(message) {
      const fresh = readRenewal(message);
      if (fresh === undefined) return false;
      renew(fresh);
      return true;
    },
  };
}

/** The token of a renewal message; undefined for every other message, which then costs no more than a look at its start. */
function readRenewal(message: unknown): string | undefined {
  if (typeof message === "string") return message.startsWith(prefix) ? message.slice(prefix.length) : undefined;
  if (!(message instanceof Uint8Array) || message.length < prefix.length) return undefined;
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  return bytes.toString("latin1", 0, prefix.length) === prefix ? bytes.toString("utf8", prefix.length) : undefined;
}
