import { AuthError, ConfigurationError } from "../errors.ts";
import type { RouteParams } from "./owner.ts";
import { createOwnerParamFinder, meantOwnerParam } from "./owner-params.ts";
import type { Policy } from "./policies.ts";

/** What guards one route. */
export interface GuardedRoute {
  readonly method: string;
  /** The route's pattern, as the framework writes it. */
  readonly url: string;
  /** Whether anybody gets in. */
  readonly public: boolean;
  /**
   * The parameters of the pattern that must be the principal's id. Empty: any user with a valid token gets
   * in.
   */
  readonly ownerParams: readonly string[];
  /** The names of the policies that the principal must satisfy besides. */
  readonly policies: readonly string[];
}

/** The routes of an app and the owner parameters that each one's pattern has. */
export interface RouteTable {
  add(method: string, url: string, isPublic: boolean, policies: readonly Policy<never>[]): void;
  /**
   * Those that the pattern has, and those that the router hands out: a handler of unknown paths
   * (`undefined`), below a prefix like `/users/:userId`, gets parameters all the same, and so does one whose
   * router has its own way of writing them.
   *
   * @throws {AuthError} `owner_mismatch`, for everybody: a pattern that was not added and that `add` would
   *   have refused; without a pattern, a parameter that is an owner parameter in another spelling.
   */
  ownerParams(url: string | undefined, params: RouteParams): readonly string[];
  list(): readonly GuardedRoute[];
}

/** For patterns written as `/users/:userId`, as most routers do. */
export function createRouteTable(ownerParams: readonly string[]): RouteTable {
  const routes: GuardedRoute[] = [];
  const byUrl = new Map<string, readonly string[]>();
  const names = [...ownerParams];
  const findOwnerParams = createOwnerParamFinder(ownerParams);

  /** @throws {ConfigurationError} A pattern that has an owner parameter in another spelling, or twice. */
  function read(url: string): readonly string[] {
    refuseMisspelling(url, ownerParams);
    refuseRepetition(url, ownerParams);
    const present = paramNames(url);
    // Iterated over for each request, and so not frozen: that would cost a multiple. What is shown is a
    // frozen copy.
    const found = ownerParams.filter((name) => present.includes(name));
    byUrl.set(url, found);
    return found;
  }

  /**
   * A route that nobody has added here, which the guard meets by a request: too late to throw at whoever
   * wrote it.
   */
  function readLate(url: string): readonly string[] {
    try {
      return read(url);
    } catch (error) {
      throw new AuthError("owner_mismatch", { hint: (error as ConfigurationError).message });
    }
  }

  return {
    add(method, url, isPublic, policies) {
      const held = read(url);
      routes.push(
        Object.freeze({
          method,
          url,
          public: isPublic,
          ownerParams: Object.freeze(isPublic ? [] : [...held]),
          policies: Object.freeze(policies.map((policy) => policy.name)),
        }),
      );
    },
    ownerParams(url, params) {
      if (url === undefined) return findOwnerParams(params);
      const declared = byUrl.get(url) ?? readLate(url);
      for (const name of names) {
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
 * Parameter names end at a slash, a dash, a dot, a regular expression, the end of a group, or the mark of an
 * optional or repeated one; `::` is a colon. Those of path-to-regexp may stand in quotes, or behind a `*` for
 * any rest.
 */
function paramNames(url: string): string[] {
  return [...url.replaceAll("::", "").matchAll(/[:*](?:"([^"]*)"|([^/(){}\-.?+*:]+))/g)].map(
    ([, quoted, plain]) => (quoted ?? plain) as string,
  );
}

/** A parameter that is meant to be the owner parameter and is not would go unchecked in silence. */
export function refuseMisspelling(url: string, ownerParams: readonly string[]): void {
  for (const name of paramNames(url)) {
    const meant = meantOwnerParam(name, ownerParams);
    if (meant !== undefined) {
      throw new ConfigurationError(
        `${url}: the parameter "${name}" is not held to its owner, since ownerParam says "${meant}". Spell them alike, or list both.`,
      );
    }
  }
}

/** Of a parameter that a pattern has twice, the router keeps the last value: the first would go unchecked. */
function refuseRepetition(url: string, ownerParams: readonly string[]): void {
  const present = paramNames(url);
  const repeated = ownerParams.find((name) => present.indexOf(name) !== present.lastIndexOf(name));
  if (repeated !== undefined) {
    throw new ConfigurationError(
      `${url}: the owner parameter "${repeated}" stands there twice. Name the other one differently.`,
    );
  }
}
