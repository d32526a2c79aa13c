import type { AuthContext, BetterAuthOptions } from "better-auth";
import { IssuerError } from "../errors.ts";
import { logOf } from "../log.ts";
import type { TokenPolicy } from "../token/payload.ts";
import { systemClock } from "./clock.ts";
import { createOutbox, type Delivery } from "./delivery-queue.ts";
import { type Courier, createCourier } from "./delivery-worker.ts";
import { logoutClaims } from "./logout-claims.ts";
import { sendLogoutToken } from "./send-logout-token.ts";
import { sessionEnds } from "./session-hooks.ts";

/**
 * Seconds: the largest clock tolerance that `@usher-auth/verify` can be set to, for which a token outlives
 * its `exp`.
 */
const largestTolerance = 300;

/** What logout tokens are made of. */
export interface BackChannelParts {
  readonly endpoints: readonly string[];
  readonly policy: () => TokenPolicy;
  /** Signs claims as a token of `typ: "logout+jwt"`, with the key that signs access tokens now. */
  readonly sign: (claims: Record<string, unknown>, context: AuthContext) => Promise<string>;
}

/** OpenID Connect Back-Channel Logout 1.0, the OpenID provider's side. */
export interface BackChannel {
  /**
   * The hooks for one Better Auth instance. Its couriers start at once, with what an earlier process left.
   */
  attach(context: AuthContext): NonNullable<BetterAuthOptions["databaseHooks"]>;
  /** Begins no more attempts, and waits for those under way. */
  stop(): Promise<void>;
}

/** Puts the parts together: hooks record what ends in the outbox, couriers carry it to the endpoints. */
export function createBackChannel({ endpoints, policy, sign }: BackChannelParts): BackChannel {
  const clock = systemClock;
  const couriers: Courier[] = [];
  return {
    attach(context) {
      requireSessionRows(context.options);
      const outbox = createOutbox(context.adapter, endpoints, policy().lifetime + largestTolerance, clock);

      async function attempt({
        endpoint,
        subject,
        session,
        happenedAt,
      }: Delivery): Promise<string | undefined> {
        const ended = { subject, ...(session !== null && { session }) };
        const claims = logoutClaims(ended, happenedAt.getTime() / 1000, policy(), clock.now() / 1000);
        try {
          return await sendLogoutToken(endpoint, await sign(claims, context));
        } catch {
          return "it cannot be signed: Better Auth cannot read its key pair, see /token";
        }
      }

      const log = logOf(context);
      const own = endpoints.map((endpoint) => createCourier({ endpoint, outbox, attempt, log, clock }));
      couriers.push(...own);
      return sessionEnds(context, {
        record: outbox.record,
        wake: () => Promise.all(own.map((courier) => courier.wake())),
      });
    },
    async stop() {
      await Promise.all(couriers.map((courier) => courier.stop()));
    },
  };
}

/** Sessions that are no rows of the database end without a hook, and nobody would be told. */
function requireSessionRows({ database, secondaryStorage, session }: BetterAuthOptions): void {
  if (database === undefined)
    throw new IssuerError("usherJwt: backchannelLogout needs a database in Better Auth.");
  if (secondaryStorage !== undefined && session?.storeSessionInDatabase !== true) {
    throw new IssuerError(
      "usherJwt: backchannelLogout needs sessions in the database: set session.storeSessionInDatabase beside secondaryStorage.",
    );
  }
}
