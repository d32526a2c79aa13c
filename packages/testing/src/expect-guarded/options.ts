import type { TestIssuer } from "../issuer.ts";
import type { TestUser } from "../options.ts";

/** A user whose tokens are sent: an id, or an id with claims, such as the roles and scopes that routes require. */
export type GuardedUser =
  | string
  | (Exclude<TestUser, string> & {
      /** Claims to add to the user's tokens: `{ org: "acme", role: "admin", scope: "tasks:read" }`. */
      readonly claims?: Readonly<Record<string, unknown>>;
    });

/**
 * The options of {@link expectGuarded}.
 *
 * @example
 * ```ts
 * import { createTestIssuer, type ExpectGuardedOptions } from "@usher-auth/testing";
 *
 * export const options: ExpectGuardedOptions = {
 *   issuer: createTestIssuer(),
 *   public: ["GET /health", "/docs/*"],
 *   ownerParams: { userId: "sub", orgId: "org" },
 *   users: [{ id: "alice", claims: { org: "acme", role: "admin" } }, { id: "bob", claims: { org: "globex" } }],
 *   params: { taskId: "42" },
 * };
 * ```
 */
export interface ExpectGuardedOptions {
  /** The test issuer whose tokens the app accepts. */
  readonly issuer: TestIssuer;
  /**
   * Routes that anyone may call: `"GET /health"`, `"/health"` for every method, or `"/docs/*"` for every
   * route below a path. Nothing is tried on them. Default: none.
   */
  readonly public?: readonly string[];
  /**
   * Routes on which a token is optional, in the same form. A token that is sent must be valid; the path's
   * owner is not tried. Default: none.
   */
  readonly optional?: readonly string[];
  /**
   * The path parameters that say whose path it is: a name, several, or names with their claims, as the
   * guard's `ownerParam`: `{ userId: "sub", orgId: "org" }`. Only these count then.
   *
   * Default: `userId`, `uid`, `user`, `ownerId`, `sub` and other spellings of them, and `id` after `/users`,
   * with the user's id; `orgId`, `organizationId` and other spellings, with the claim `org`.
   */
  readonly ownerParams?: string | readonly string[] | Readonly<Record<string, string>>;
  /**
   * Routes that the app cannot list, as `"GET /api/:userId/tasks"`. Without a method, every method is tried.
   * They are added to those that it lists. A query may have parameters too: `"GET /search?user=:userId"`.
   */
  readonly routes?: readonly string[];
  /** Values of path parameters that no owner has, by name. Default: one that fits the pattern, usually `1`. */
  readonly params?: Readonly<Record<string, string>>;
  /**
   * The user who may call every route on their own paths, and another one who may not call the first one's.
   * Default: `alice` and `bob`. A claim that an owner parameter needs and a user lacks is `<id>-<claim>`.
   */
  readonly users?: readonly [GuardedUser, GuardedUser];
  /** Headers of every request, such as an API key. Neither `authorization` nor `cookie`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the app may take for one answer, in milliseconds. Default: 5000. */
  readonly timeout?: number;
}

/** What was tried, if nothing was found. */
export interface GuardedReport {
  /** The routes that were tried, such as `GET /api/:userId/tasks`. */
  readonly routes: readonly string[];
  /** The number of requests. */
  readonly requests: number;
}

/** @throws {TypeError} An option is missing or has the wrong form. */
export function checkOptions(options: ExpectGuardedOptions): void {
  const { issuer, users, headers = {}, timeout = 1 } = (options ?? {}) as Partial<ExpectGuardedOptions>;
  if (typeof issuer?.tokenFor !== "function")
    refuse("issuer must be the test issuer whose tokens the app accepts: createTestIssuer().");
  for (const name of ["public", "optional", "routes"] as const) {
    const list: unknown = options[name];
    if (list !== undefined && !(Array.isArray(list) && list.every((entry) => typeof entry === "string")))
      refuse(`${name} must be a list of routes, such as ["GET /health"].`);
  }
  if (users !== undefined && (users.length !== 2 || idOfUser(users[0]) === idOfUser(users[1])))
    refuse("users must be two users with different ids.");
  for (const name of Object.keys(headers))
    if (["authorization", "cookie"].includes(name.toLowerCase()))
      refuse(`headers must not have ${name}: it is part of what is tried.`);
  if (!(typeof timeout === "number" && timeout > 0))
    refuse("timeout must be a number of milliseconds above 0.");
}

function refuse(reason: string): never {
  throw new TypeError(`expectGuarded: ${reason}`);
}

function idOfUser(user: GuardedUser): string {
  return typeof user === "string" ? user : user.id;
}
