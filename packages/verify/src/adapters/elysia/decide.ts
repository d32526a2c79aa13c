import type { Guard } from "../../access/guard.ts";
import type { RouteParams } from "../../access/owner.ts";
import { asWritten } from "../../access/owner.ts";
import type { OwnerRule } from "../../access/owner-rule.ts";
import type { Policy } from "../../access/policies.ts";
import type { CheckedRules } from "../../access/route-rules.ts";
import { createRouteTable } from "../../access/route-table.ts";
import type { Principal } from "../../claims/principal.ts";
import { AuthError, isAuthError } from "../../errors.ts";
import type { AuthorizationFields } from "../../http/authorization.ts";
import { combinedAuthorization } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import { isWebUpgrade, upgradeAuthorization } from "../../websocket/web-credentials.ts";
import { readMarks } from "./marks.ts";
import type { ElysiaRoute } from "./routes.ts";

/** The decision about a request on its way to one of an app's routes. */
export interface Decision<Claims> {
  /** The route's pattern. Undefined if no route matches the path. */
  readonly route: string | undefined;
  readonly candidates: readonly ElysiaRoute[];
  readonly request: Request;
  readonly policies: readonly Policy<Claims>[];
  readonly owner: OwnerRule<Claims> | undefined;
  /** Whether the path belongs to someone: not on a public route, nor where a token is optional. */
  readonly isOwned: boolean;
  /** Null: a token is optional, and there is none. */
  readonly outcome: Promise<Principal<Claims> | AuthError | "public" | null>;
  /** Set once the token is verified. Undefined on a public route, and for a request without a token. */
  principal: Principal<Claims> | undefined;
}

/**
 * Decides about requests. Decides once for each route that a request reaches, in the first hook that runs.
 */
export interface Decide<Claims> {
  (
    request: Request,
    route: string | undefined,
    params: RouteParams | undefined,
    candidates: readonly ElysiaRoute[],
  ): Decision<Claims>;
  /** Call it when an app gets a request. If an app had the same one before, it is decided again. */
  begin(request: Request): void;
  /** Whether the request was decided since then. */
  isDecided(request: Request): boolean;
  /** The latest decision. An app may pass a request on to another app. */
  last(request: Request): Decision<Claims> | undefined;
  /** @throws {AuthError} `owner_mismatch`, `scope_insufficient`. */
  authorize(
    decision: Decision<Claims>,
    params: RouteParams | undefined,
    policies?: readonly Policy<Claims>[],
  ): void;
}

export function createDecider<Claims>(guard: Guard<Claims, Request>): Decide<Claims> {
  const table = createRouteTable(guard.owners);
  const decisions = new WeakMap<Request, Decision<Claims>>();
  /** Those that were made since an app last got the request. */
  const current = new WeakMap<Request, Decision<Claims>>();
  const requirements = new WeakMap<readonly ElysiaRoute[], RequestRequirements<Claims>>();

  const decide = (
    request: Request,
    route: string | undefined,
    params: RouteParams | undefined,
    candidates: readonly ElysiaRoute[],
  ) => {
    const known = current.get(request);
    if (known !== undefined && known.route === route && isSame(known.candidates, candidates)) return known;
    return createDecision(request, route, params ?? {}, candidates);
  };

  return Object.assign(decide, {
    begin: (request: Request) => void current.delete(request),
    isDecided: (request: Request) => current.has(request),
    last: (request: Request) => decisions.get(request),
    authorize: (
      { principal, route, request, owner, isOwned }: Decision<Claims>,
      params: RouteParams = {},
      policies?: readonly Policy<Claims>[],
    ) => {
      if (principal === undefined) return;
      const written = asWritten(params, guard.ownerParams);
      const ownerParams = isOwned ? table.ownerParams(route, written) : [];
      guard.authorize(principal, { params: written, ownerParams, owner, policies }, request);
    },
  });

  /** An error that is not an AuthError is the app's. It is kept, like any outcome. */
  function createDecision(
    request: Request,
    route: string | undefined,
    params: RouteParams,
    candidates: readonly ElysiaRoute[],
  ): Decision<Claims> {
    let required = requirements.get(candidates);
    if (required === undefined) {
      required = readRequirements(route, candidates);
      requirements.set(candidates, required);
    }
    const { access, policies, owner, fault } = required;
    const decision = {
      route,
      candidates,
      request,
      policies,
      owner,
      isOwned: access === "required",
      principal: undefined as Principal<Claims> | undefined,
      outcome: undefined as unknown as Decision<Claims>["outcome"],
    };
    // Before the guard tells what it decides: with the route.
    current.set(request, decision);
    decisions.set(request, decision);
    decision.outcome = access === "public" ? Promise.resolve("public" as const) : admit();
    return decision;

    async function admit(): Promise<Principal<Claims> | AuthError | null> {
      try {
        const credentials = {
          authorization: credentialsOf(request, candidates),
          tokenInQuery: hasQueryToken(request.url),
          source: request,
        };
        const principal = await (access === "optional"
          ? guard.admitOptional(credentials)
          : guard.admit({
              ...credentials,
              params,
              // Read after the token was verified: only then may the response depend on a misconfigured
              // route.
              get ownerParams() {
                if (fault !== undefined) throw fault;
                return table.ownerParams(route, params);
              },
              owner,
              policies,
            }));
        decision.principal = principal ?? undefined;
        return principal;
      } catch (error) {
        if (isAuthError(error)) return error;
        throw error;
      }
    }
  }
}

/** Reads the subprotocols only if the route can open a WebSocket. */
function credentialsOf({ headers }: Request, candidates: readonly ElysiaRoute[]): AuthorizationFields {
  const isUpgrade = candidates.some(({ method }) => method === "WS") && isWebUpgrade(headers);
  return isUpgrade ? upgradeAuthorization(headers) : combinedAuthorization(headers);
}

/** What a request must satisfy. */
interface RequestRequirements<Claims> extends CheckedRules<Claims> {
  /** Why the guard cannot know the requirements. Every request is rejected then. */
  readonly fault?: AuthError;
}

/**
 * Several routes may serve a request. It is public only if all of them are, a token is optional only if none
 * of them requires one, and it must satisfy the policies of each. An owner rule counts only if all have it.
 */
function readRequirements<Claims>(
  route: string | undefined,
  candidates: readonly ElysiaRoute[],
): RequestRequirements<Claims> {
  if (route === undefined) return nothingKnown;
  if (candidates.length === 0) return unknown(route, "no app with the guard has this route");
  try {
    const rules = candidates.map(({ hooks }) => readMarks<Claims>(hooks));
    const [{ owner } = nothingKnown] = rules;
    return {
      access: leastOpen(rules.map(({ access }) => access)),
      owner: rules.every((other) => other.owner === owner) ? owner : undefined,
      policies: rules.flatMap(({ policies }) => policies),
    };
  } catch (error) {
    return unknown(route, (error as Error).message);
  }
}

const nothingKnown = { access: "required", policies: [], owner: undefined } as const;

function leastOpen(all: readonly CheckedRules["access"][]): CheckedRules["access"] {
  if (all.includes("required")) return "required";
  return all.includes("optional") ? "optional" : "public";
}

function unknown<Claims>(route: string, why: string): RequestRequirements<Claims> {
  const hint = `the guard does not know what the route "${route}" requires: ${why}`;
  return { ...nothingKnown, fault: new AuthError("owner_mismatch", { hint }) };
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
