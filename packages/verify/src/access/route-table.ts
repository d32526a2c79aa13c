import { AuthError, ConfigurationError } from "../errors.ts";
import { type Owners, ownerName, type RouteParams } from "./owner.ts";
import { createOwnerParamFinder, meantOwnerParam } from "./owner-params.ts";
import { checkOwnerRule, exceptionNames } from "./owner-rule.ts";
import { nameOf } from "./policies.ts";
import type { CheckedRules } from "./route-rules.ts";

/** What guards one route. */
export interface GuardedRoute {
  readonly method: string;
  /** The route's pattern, as the framework writes it. */
  readonly url: string;
  /** Whether the route is public: it verifies no token. */
  readonly public: boolean;
  /** Whether a token is optional. One that is sent must be valid. */
  readonly optionalAuth: boolean;
  /** The parameters of the pattern that must be the principal's own. Empty: every valid token is accepted. */
  readonly ownerParams: readonly string[];
  /** What each of them must equal: a claim, such as `sub`, or the name of a function. */
  readonly owners: Readonly<Record<string, string>>;
  /** Who else is accepted, in words: the exceptions to the owner that the route states. */
  readonly exceptions: readonly string[];
  /** The names of the route's policies. */
  readonly policies: readonly string[];
}

/** The routes of an application, with the owner parameters of each pattern. */
export interface RouteTable {
  /**
   * @throws {ConfigurationError} A pattern with another spelling of an owner parameter, or with one twice; an
   *   owner rule that does not fit the pattern.
   */
  add(method: string, url: string, rules: CheckedRules<never>): void;
  /**
   * The owner parameters of the pattern and of the decoded parameters. A not-found handler (`undefined`)
   * below a prefix like `/users/:userId` has parameters without a pattern. So does a router with another
   * syntax.
   *
   * @throws {AuthError} `owner_mismatch`, for every user: a pattern that was not added and that `add` would
   *   reject; without a pattern, a parameter that is another spelling of an owner parameter.
   */
  ownerParams(url: string | undefined, params: RouteParams): readonly string[];
  list(): readonly GuardedRoute[];
}

/** For patterns written as `/users/:userId`, as in most routers. */
export function createRouteTable(owners: Owners<never>): RouteTable {
  const routes: GuardedRoute[] = [];
  const byUrl = new Map<string, readonly string[]>();
  const ownerParams = [...owners.keys()];
  const findOwnerParams = createOwnerParamFinder(ownerParams);

  /**
   * @throws {ConfigurationError} A pattern with another spelling of an owner parameter, or with one twice.
   */
  function read(url: string): readonly string[] {
    refuseMisspelling(url, ownerParams);
    refuseRepetition(url, ownerParams);
    const present = paramNames(url);
    // Not frozen: each request iterates over it, and iterating over a frozen array is several times slower.
    // `list` returns a frozen copy.
    const found = ownerParams.filter((name) => present.includes(name));
    byUrl.set(url, found);
    return found;
  }

  /**
   * Reads a pattern that was not added, when a request for it arrives. It is too late to throw at startup.
   */
  function readLate(url: string): readonly string[] {
    try {
      return read(url);
    } catch (error) {
      throw new AuthError("owner_mismatch", { hint: (error as ConfigurationError).message });
    }
  }

  function labelsOf(names: readonly string[]): Record<string, string> {
    const held = [...owners].filter(([name]) => names.includes(name));
    return Object.fromEntries(held.map(([name, owner]) => [name, ownerName(owner)]));
  }

  return {
    add(method, url, { access, policies, owner }) {
      const declared = read(url);
      const held = access === "required" ? declared : [];
      checkOwnerRule(owner, held, url);
      routes.push(
        Object.freeze({
          method,
          url,
          public: access === "public",
          optionalAuth: access === "optional",
          ownerParams: Object.freeze([...held]),
          owners: Object.freeze(labelsOf(held)),
          exceptions: exceptionNames(owner),
          policies: Object.freeze(policies.map(nameOf)),
        }),
      );
    },
    ownerParams(url, params) {
      if (url === undefined) return findOwnerParams(params);
      const declared = byUrl.get(url) ?? readLate(url);
      for (const name of ownerParams) {
        if (Object.hasOwn(params, name) && !declared.includes(name)) {
          return ownerParams.filter((other) => declared.includes(other) || Object.hasOwn(params, other));
        }
      }
      return declared;
    },
    list: () => Object.freeze([...routes]),
  };
}

/**
 * A parameter name ends at a slash, a dash, a dot, a regular expression, the end of a group, or the mark of
 * an optional or repeated parameter. `::` is a literal colon. In path-to-regexp, a name may be in quotes, or
 * follow a `*`.
 */
function paramNames(url: string): string[] {
  return [...url.replaceAll("::", "").matchAll(/[:*](?:"([^"]*)"|([^/(){}\-.?+*:]+))/g)].map(
    ([, quoted, plain]) => (quoted ?? plain) as string,
  );
}

/**
 * A parameter that is meant to be the owner parameter and is spelled differently would silently go unchecked.
 */
export function refuseMisspelling(url: string, ownerParams: readonly string[]): void {
  for (const name of paramNames(url)) {
    const meant = meantOwnerParam(name, ownerParams);
    if (meant !== undefined) {
      throw new ConfigurationError(
        `${url}: the parameter "${name}" is not checked against the owner, because ownerParam is "${meant}". Use the same spelling, or list both.`,
      );
    }
  }
}

/** If a pattern has a parameter twice, the router keeps the last value, and the first would go unchecked. */
function refuseRepetition(url: string, ownerParams: readonly string[]): void {
  const present = paramNames(url);
  const repeated = ownerParams.find((name) => present.indexOf(name) !== present.lastIndexOf(name));
  if (repeated !== undefined) {
    throw new ConfigurationError(
      `${url}: the owner parameter "${repeated}" occurs twice. Rename one of them.`,
    );
  }
}
