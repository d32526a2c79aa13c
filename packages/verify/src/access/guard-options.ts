import type { Principal, TokenClaims } from "../claims/principal.ts";
import type { AuthError } from "../errors.ts";
import { ConfigurationError } from "../errors.ts";
import { createRefusals, type Refusals } from "../http/refusals.ts";
import {
  type ProtectedResource,
  type ResourceMetadata,
  readProtectedResource,
} from "../http/resource-metadata.ts";
import { isNonEmptyString, stringList } from "../option-values.ts";
import type { Verifier } from "../verifier/verifier.ts";
import type { LoggedRefusal } from "./guard-host.ts";
import { type Owner, type Owners, subject } from "./owner.ts";
import type { OwnerException } from "./owner-exceptions.ts";

/**
 * Options of {@link createGuard}. Every adapter takes the same ones.
 *
 * @example
 * ```ts
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 * import type { GuardOptions } from "@usher-auth/verify/guard";
 *
 * const verifier = createVerifier({
 *   keys: sharedSecret(process.env.BETTER_AUTH_SECRET),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * export const options: GuardOptions = {
 *   verifier,
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export interface GuardOptions<Claims = TokenClaims, Source = unknown> {
  readonly verifier: Verifier<Claims>;
  /**
   * The path parameter, or parameters, that must be the principal's own on every route that has them. A name,
   * or a list, means the user's id. With other owners, each parameter has its claim, or a function of the
   * principal: `{ userId: "sub", orgId: "org" }`. A claim may be a list, for a user in several organizations.
   * `null`: no path contains an owner.
   */
  readonly ownerParam: OwnerParam<Claims>;
  /**
   * Answers another user's path with 404, like a path that does not exist, instead of 403. Default: false.
   */
  readonly concealOwnerMismatch?: boolean;
  /**
   * Serves the metadata of this API as an OAuth protected resource (RFC 9728), which is public, and names it
   * in each challenge, so that an OAuth or MCP client finds the issuer. Default: none.
   */
  readonly protectedResource?: ProtectedResource;
  /** The `realm` of the challenge: printable ASCII without quotes and backslashes. Default: `api`. */
  readonly realm?: string;
  /**
   * Where refused requests are logged: a function, which gets one object for each line; `false`: nowhere. Each
   * code is logged at most once a second, with the number of those in between. No line has a token, a secret, a
   * query, an id from a path, or a control character. The function may be asynchronous, and is called like
   * `onReject`. Default: the framework's logger if it has one, otherwise one line on standard error.
   */
  readonly log?: ((refusal: LoggedRefusal) => unknown) | false;
  /**
   * Called for each rejected request, with the hint that the client does not get. It may be asynchronous; the
   * request does not wait for it. An exception or a rejection becomes a process warning
   * (`USHER_LISTENER_FAILED`, at most one per minute) and changes nothing else.
   */
  readonly onReject?: (event: RejectEvent<Source>) => unknown;
  /**
   * Called for each accepted request; otherwise like `onReject`. In frameworks that route after their
   * middleware (Express, Koa, Hono), it is called for each request with a valid token, and the route may
   * still reject it.
   */
  readonly onAccept?: (event: AcceptEvent<Claims, Source>) => unknown;
  /**
   * Called when a route's owner rule admits a principal to a path that belongs to someone else, once for each
   * request and path; otherwise like `onReject`. For an audit log.
   */
  readonly onOwnerException?: (event: OwnerExceptionEvent<Claims, Source>) => unknown;
}

/** Owner parameters. See {@link GuardOptions.ownerParam}. */
export type OwnerParam<Claims = TokenClaims> =
  | string
  | readonly string[]
  | Readonly<Record<string, Owner<Claims>>>
  | null;

export interface RejectEvent<Source = unknown> {
  readonly error: AuthError;
  /** The user whose valid token was rejected for this path or route; absent if the token was rejected. */
  readonly principal?: Principal<unknown>;
  /** The framework's own request object. */
  readonly request: Source;
}

export interface AcceptEvent<Claims = TokenClaims, Source = unknown> {
  readonly principal: Principal<Claims>;
  /** The framework's own request object. */
  readonly request: Source;
}

export interface OwnerExceptionEvent<Claims = TokenClaims, Source = unknown> {
  readonly principal: Principal<Claims>;
  /** The parameters that are someone else's, and the policies that the principal satisfies instead. */
  readonly exceptions: readonly OwnerException[];
  /** The framework's own request object. */
  readonly request: Source;
}

/** Guard options after validation. */
export interface CheckedGuardOptions<Claims> {
  readonly owners: Owners<Claims>;
  readonly refusals: Refusals;
  readonly metadata: ResourceMetadata | undefined;
}

/**
 * Characters that need no escape in a quoted-string (RFC 9110 section 5.6.4). The header is built without
 * escaping.
 */
const plainText = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/** @throws {ConfigurationError} */
export function readGuardOptions<Claims>(
  options: Omit<GuardOptions<Claims>, "onAccept" | "onReject" | "onOwnerException" | "log" | "verifier"> & {
    readonly verifier: { verify: unknown };
    readonly onAccept?: unknown;
    readonly onReject?: unknown;
    readonly onOwnerException?: unknown;
    readonly log?: unknown;
  },
): CheckedGuardOptions<Claims> {
  const { verifier, ownerParam, realm = "api", concealOwnerMismatch = false, protectedResource } = options;
  if (typeof verifier?.verify !== "function")
    throw new ConfigurationError("verifier: give createVerifier(...).");
  if (typeof realm !== "string" || !plainText.test(realm)) {
    throw new ConfigurationError('realm: printable ASCII without `"` and `\\`.');
  }
  for (const name of ["onAccept", "onReject", "onOwnerException"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new ConfigurationError(`${name}: must be a function.`);
    }
  }
  if (options.log !== undefined && options.log !== false && typeof options.log !== "function") {
    throw new ConfigurationError("log: must be a function, or false to log nothing.");
  }
  const metadata = protectedResource === undefined ? undefined : readProtectedResource(protectedResource);
  return {
    owners: readOwners(ownerParam),
    refusals: createRefusals(realm, concealOwnerMismatch, metadata?.url),
    metadata,
  };
}

function readOwners<Claims>(ownerParam: OwnerParam<Claims>): Owners<Claims> {
  if (ownerParam === null) return new Map();
  if (typeof ownerParam === "string" || Array.isArray(ownerParam)) {
    const names = stringList(ownerParam as string | readonly string[], ownerParamAdvice);
    return new Map(names.map((name) => [readName(name), subject]));
  }
  const entries = typeof ownerParam === "object" ? Object.entries(ownerParam as object) : [];
  if (entries.length === 0) throw new ConfigurationError(ownerParamAdvice);
  return new Map(entries.map(([name, owner]) => [readName(name), readOwner(name, owner)]));
}

const ownerParamAdvice =
  'ownerParam: name the path parameter that is the user\'s id, as in "userId"; or each with its claim, as in { userId: "sub", orgId: "org" }; null if there is none.';

/**
 * A pattern (`:userId`, `{userId}`, `[userId]`) is not a parameter name. No route would have it, and no owner
 * would be checked.
 */
function readName(name: string): string {
  if (name === "" || /[\s:{[]/.test(name)) throw new ConfigurationError(ownerParamAdvice);
  return name;
}

function readOwner<Claims>(name: string, owner: unknown): Owner<Claims> {
  if (isNonEmptyString(owner) || typeof owner === "function") return owner as Owner<Claims>;
  throw new ConfigurationError(
    `ownerParam: "${name}" needs the name of a claim, such as "sub", or a function of the principal.`,
  );
}
