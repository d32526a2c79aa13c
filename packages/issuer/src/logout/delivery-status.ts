import type { AuthContext } from "better-auth";
import { databaseTimeout, withDeadline } from "../deadline.ts";
import { IssuerError } from "../errors.ts";
import { codeOf } from "../log.ts";
import { originOf } from "./delivery-events.ts";
import { type Delivery, deliveryModel as model } from "./delivery-table.ts";
import { endpointsOf } from "./plugin-endpoints.ts";

/** What waits to be sent to one backend. */
export interface DeliveryStatus {
  /** The backend: the origin of its endpoint, such as `https://api.example.com`. */
  readonly endpoint: string;
  /**
   * Whether `backchannelLogout` has it now. What waits for one that was removed is never sent, and is given
   * up when the tokens that it revokes have expired.
   */
  readonly configured: boolean;
  /**
   * Logouts that the backend has not acknowledged, those being sent now included. A change of memberships
   * that concerns many users counts as a few until its turn comes. A sign-out that a hook refused counts for
   * up to a minute.
   */
  readonly waiting: number;
  /** Seconds, with fractions, since the first of them happened. Never negative. Absent if none waits. */
  readonly oldestAge?: number;
  /** The last failed attempt among those that wait, by any process. Absent if none has failed. */
  readonly lastFailure?: {
    /** Such as `it answered 503`, `ECONNREFUSED` or `no answer in time`. */
    readonly reason: string;
    readonly at: Date;
  };
}

/**
 * Thrown by {@link deliveryStatus} when Better Auth's database fails or does not answer. The message has the
 * code of the driver's error, and nothing else of it.
 *
 * @example
 * ```ts
 * import { DeliveryStatusError, deliveryStatus } from "@usher-auth/issuer";
 *
 * export async function waiting(auth: Parameters<typeof deliveryStatus>[0]): Promise<number | "unknown"> {
 *   try {
 *     return (await deliveryStatus(auth)).reduce((sum, { waiting }) => sum + waiting, 0);
 *   } catch (error) {
 *     if (error instanceof DeliveryStatusError) return "unknown";
 *     throw error;
 *   }
 * }
 * ```
 */
export class DeliveryStatusError extends Error {
  override readonly name = "DeliveryStatusError";
}

/** Milliseconds for all queries together. */
const deadline = 5000;

/** Removed endpoints with deliveries that are looked for. */
const maxRemoved = 20;

/**
 * Reads from Better Auth's database which logouts still wait to be sent, for each endpoint of
 * `backchannelLogout`, and for removed ones for which some still wait. All processes on the database see the
 * same. Takes at most five seconds, and three small queries for each endpoint.
 *
 * It sends nothing, and does not ask the backends: an endpoint for which nothing waits may be down.
 *
 * @param auth - what `betterAuth()` returned
 * @returns an entry for each endpoint, configured ones first; empty without `backchannelLogout`. URLs with
 *   the same origin share an entry
 * @throws {DeliveryStatusError} when the database fails, has no answer in time, or lacks the table or its
 *   columns
 * @throws {IssuerError} when the instance has no `usherJwt()` plugin
 *
 * @example
 * ```ts
 * import { deliveryStatus, usherJwt } from "@usher-auth/issuer";
 * import { betterAuth } from "better-auth";
 * import { DatabaseSync } from "node:sqlite";
 *
 * const auth = betterAuth({
 *   baseURL: "https://app.example.com",
 *   database: new DatabaseSync("auth.sqlite"),
 *   plugins: [
 *     usherJwt({
 *       audience: "https://api.example.com",
 *       backchannelLogout: ["https://api.example.com/backchannel-logout"],
 *     }),
 *   ],
 * });
 * for (const { endpoint, waiting, oldestAge = 0, lastFailure } of await deliveryStatus(auth))
 *   console.log(`${endpoint}: ${waiting} wait, for up to ${oldestAge} s`, lastFailure?.reason ?? "");
 * ```
 */
export async function deliveryStatus(auth: {
  readonly $context: PromiseLike<unknown>;
}): Promise<readonly DeliveryStatus[]> {
  try {
    return await withDeadline(deadline, () => readStatus(auth.$context), databaseTimeout);
  } catch (error) {
    if (error instanceof IssuerError) throw error;
    throw new DeliveryStatusError(
      `deliveryStatus: cannot read the table usherLogout (${codeOf(error)}). If it is missing, or from before ` +
        "an update, run Better Auth's migrations.",
    );
  }
}

async function readStatus($context: PromiseLike<unknown>): Promise<readonly DeliveryStatus[]> {
  const { adapter, options } = (await $context) as AuthContext;
  const endpoints = endpointsOf(options.plugins ?? []);
  if (endpoints === undefined)
    throw new IssuerError("deliveryStatus: this Better Auth instance has no usherJwt() plugin.");
  // Without the option, Better Auth does not know the table.
  if (endpoints.length === 0) return [];
  const now = Date.now();
  const found = new Map<string, DeliveryStatus>();
  const add = async (endpoint: string, configured: boolean): Promise<void> => {
    const status = await statusOf(endpoint, configured, adapter, now);
    const key = `${configured} ${status.endpoint}`;
    found.set(key, merge(found.get(key), status));
  };
  for (const endpoint of endpoints) await add(endpoint, true);
  for (const known = [...endpoints]; known.length < endpoints.length + maxRemoved; ) {
    const endpoint = await anotherEndpoint(known, adapter, now);
    if (endpoint === undefined) break;
    known.push(endpoint);
    await add(endpoint, false);
  }
  return [...found.values()];
}

type Adapter = AuthContext["adapter"];
type Where = NonNullable<Parameters<Adapter["count"]>[0]["where"]>;

/** The deliveries that are still to be sent. */
function waitsAt(now: number): Where[number] {
  return { field: "keepUntil", operator: "gt", value: new Date(now) };
}

/** An endpoint with deliveries that is not one of these. */
async function anotherEndpoint(
  known: readonly string[],
  adapter: Adapter,
  now: number,
): Promise<string | undefined> {
  const where: Where = [waitsAt(now), { field: "endpoint", operator: "not_in", value: [...known] }];
  const [row] = await adapter.findMany<Delivery>({ model, where, limit: 1 });
  return row?.endpoint;
}

async function statusOf(
  endpoint: string,
  configured: boolean,
  adapter: Adapter,
  now: number,
): Promise<DeliveryStatus> {
  const where: Where = [waitsAt(now), { field: "endpoint", value: endpoint }];
  const failed: Where = [...where, { field: "failedAt", operator: "gt", value: new Date(0) }];
  const [waiting, [oldest], [last]] = await Promise.all([
    adapter.count({ model, where }),
    adapter.findMany<Delivery>({
      model,
      where,
      sortBy: { field: "happenedAt", direction: "asc" },
      limit: 1,
    }),
    adapter.findMany<Delivery>({
      model,
      where: failed,
      sortBy: { field: "failedAt", direction: "desc" },
      limit: 1,
    }),
  ]);
  if (!Number.isSafeInteger(waiting)) throw new TypeError("not a count");
  return {
    endpoint: originOf(endpoint),
    configured,
    waiting,
    // The process that recorded it may have another clock.
    ...(oldest && { oldestAge: Math.max(0, (now - oldest.happenedAt.getTime()) / 1000) }),
    ...(last?.failedAt && { lastFailure: { reason: String(last.failure), at: last.failedAt } }),
  };
}

/** The status of two URLs with the same origin. */
function merge(one: DeliveryStatus | undefined, other: DeliveryStatus): DeliveryStatus {
  if (one === undefined) return other;
  const ages = [one.oldestAge, other.oldestAge].filter((age) => age !== undefined);
  const failures = [one.lastFailure, other.lastFailure].filter((failure) => failure !== undefined);
  const [lastFailure] = failures.sort((a, b) => b.at.getTime() - a.at.getTime());
  return {
    endpoint: one.endpoint,
    configured: one.configured,
    waiting: one.waiting + other.waiting,
    ...(ages.length > 0 && { oldestAge: Math.max(...ages) }),
    ...(lastFailure && { lastFailure }),
  };
}
