import type { AuthContext, BetterAuthOptions } from "better-auth";
import { IssuerError } from "../errors.ts";
import { logOf } from "../log.ts";
import { watchMemberships } from "../organization/watch-memberships.ts";
import type { TokenPolicy } from "../token/payload.ts";
import { systemClock } from "./clock.ts";
import { createDeliveryQueue } from "./delivery-queue.ts";
import type { Delivery } from "./delivery-table.ts";
import { createDeliveryWorker, type DeliveryWorker } from "./delivery-worker.ts";
import { logoutClaims } from "./logout-claims.ts";
import { membershipChanges } from "./membership-changes.ts";
import { sendLogoutToken } from "./send-logout-token.ts";
import { sessionHooks } from "./session-hooks.ts";

/**
 * Seconds. The largest clock tolerance that `@usher-auth/verify` allows: a token can be accepted for that
 * long after its `exp`.
 */
const maxClockTolerance = 300;

/** What the back channel needs to create logout tokens. */
export interface BackChannelParts {
  readonly endpoints: readonly string[];
  readonly policy: () => TokenPolicy;
  /** Whether tokens speak of organizations, so that a change of membership must end them. */
  readonly organization: boolean;
  /** Signs claims as a token of `typ: "logout+jwt"`, with the key that signs access tokens now. */
  readonly sign: (claims: Record<string, unknown>, context: AuthContext) => Promise<string>;
}

/** OpenID Connect Back-Channel Logout 1.0, the OpenID provider's side. */
export interface BackChannel {
  /**
   * Returns the hooks for one Better Auth instance. Starts its delivery workers, which also send what an
   * earlier process left in the queue.
   */
  attach(context: AuthContext): NonNullable<BetterAuthOptions["databaseHooks"]>;
  /** Starts no more attempts, and waits for those in progress. */
  stop(): Promise<void>;
}

/** The hooks add ended sessions to the queue; one worker per endpoint sends them. */
export function createBackChannel({ endpoints, policy, organization, sign }: BackChannelParts): BackChannel {
  const clock = systemClock;
  const workers: DeliveryWorker[] = [];
  return {
    attach(context) {
      requireSessionRows(context.options);
      const queue = createDeliveryQueue(
        context.adapter,
        endpoints,
        policy().lifetime + maxClockTolerance,
        clock,
      );

      async function attempt({
        endpoint,
        subject,
        session,
        happenedAt,
      }: Delivery): Promise<string | undefined> {
        const logout = { subject, ...(session !== null && { session }) };
        const claims = logoutClaims(logout, happenedAt.getTime() / 1000, policy(), clock.now() / 1000);
        try {
          return await sendLogoutToken(endpoint, await sign(claims, context));
        } catch {
          return "cannot sign the token: Better Auth cannot read its key pair; GET /token fails as well";
        }
      }

      const log = logOf(context);
      const own = endpoints.map((endpoint) => createDeliveryWorker({ endpoint, queue, attempt, log, clock }));
      workers.push(...own);
      const wake = () => Promise.all(own.map((worker) => worker.wake()));
      if (organization) watchMemberships(context, membershipChanges(context, { queue, wake, log, clock }));
      return sessionHooks(context, { record: queue.record, wake });
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

/** Better Auth calls its database hooks only for sessions that are rows of its database. */
function requireSessionRows({ database, secondaryStorage, session }: BetterAuthOptions): void {
  if (database === undefined)
    throw new IssuerError("usherJwt: backchannelLogout needs a database in Better Auth.");
  if (secondaryStorage !== undefined && session?.storeSessionInDatabase !== true) {
    throw new IssuerError(
      "usherJwt: backchannelLogout with secondaryStorage also needs session.storeSessionInDatabase.",
    );
  }
}
