import type { Guard } from "../../access/guard.ts";
import type { RouteParams } from "../../access/owner.ts";
import { asWritten } from "../../access/owner.ts";
import type { Policy } from "../../access/policies.ts";
import { createRouteTable } from "../../access/route-table.ts";
import type { Principal } from "../../claims/principal.ts";
import { AuthError, isAuthError } from "../../errors.ts";
import type { AuthorizationFields } from "../../http/authorization.ts";
import { combinedAuthorization } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import { isWebUpgrade, upgradeAuthorization } from "../../websocket/web-credentials.ts";
import { readMarks } from "./marks.ts";
import type { ElysiaRoute } from "./routes.ts";

/** What came of a request on its way to one of an app's routes. */
export interface Judgement<Claims> {
  /** The pattern; undefined for a path that is none of any route. */
  readonly route: string | undefined;
  readonly candidates: readonly ElysiaRoute[];
  readonly policies: readonly Policy<Claims>[];
  readonly verdict: Promise<Principal<Claims> | AuthError | "public">;
  /** Once it is known, and where there is one. */
  principal: Principal<Claims> | undefined;
}

/** Judges requests, each once on its way to a route, whichever hook comes first. */
export interface Judge<Claims> {
  (
    request: Request,
    route: string | undefined,
    params: RouteParams | undefined,
    candidates: readonly ElysiaRoute[],
  ): Judgement<Claims>;
  /** The last one: an app may hand its request on to another one. */
  last(request: Request): Judgement<Claims> | undefined;
  /** @throws {AuthError} `owner_mismatch`, `scope_insufficient`. */
  authorize(
    judgement: Judgement<Claims>,
    params: RouteParams | undefined,
    policies?: readonly Policy<Claims>[],
  ): void;
}

export function createJudge<Claims>(guard: Guard<Claims, Request>): Judge<Claims> {
  const table = createRouteTable(guard.ownerParams);
  const judgements = new WeakMap<Request, Judgement<Claims>>();
  const demands = new WeakMap<readonly ElysiaRoute[], RequestDemands<Claims>>();

  const judge = (
    request: Request,
    route: string | undefined,
    params: RouteParams | undefined,
    candidates: readonly ElysiaRoute[],
  ) => {
    const known = judgements.get(request);
    if (known !== undefined && known.route === route && isSame(known.candidates, candidates)) return known;
    const judgement = createJudgement(request, route, params ?? {}, candidates);
    judgements.set(request, judgement);
    return judgement;
  };

  return Object.assign(judge, {
    last: (request: Request) => judgements.get(request),
    authorize: (
      { principal, route }: Judgement<Claims>,
      params: RouteParams = {},
      policies?: readonly Policy<Claims>[],
    ) => {
      if (principal === undefined) return;
      const written = asWritten(params, guard.ownerParams);
      guard.authorize(principal, {
        params: written,
        ownerParams: table.ownerParams(route, written),
        policies,
      });
    },
  });

  /** What fails and is no verdict is the app's error, and is not tried again. */
  function createJudgement(
    request: Request,
    route: string | undefined,
    params: RouteParams,
    candidates: readonly ElysiaRoute[],
  ): Judgement<Claims> {
    let demanded = demands.get(candidates);
    if (demanded === undefined) {
      demanded = readDemands(route, candidates);
      demands.set(candidates, demanded);
    }
    const { open, policies, fault } = demanded;
    const judgement = {
      route,
      candidates,
      policies,
      principal: undefined as Principal<Claims> | undefined,
      verdict: open ? Promise.resolve("public" as const) : admit(),
    };
    return judgement;

    async function admit(): Promise<Principal<Claims> | AuthError> {
      try {
        const principal = await guard.admit({
          authorization: credentialsOf(request, candidates),
          tokenInQuery: hasQueryToken(request.url),
          params,
          // Asked for when the token is known to be good: nobody else is told of a fault of the app.
          get ownerParams() {
            if (fault !== undefined) throw fault;
            return table.ownerParams(route, params);
          },
          policies,
          source: request,
        });
        judgement.principal = principal;
        return principal;
      } catch (error) {
        if (isAuthError(error)) return error;
        throw error;
      }
    }
  }
}

/**
 * Only where a WebSocket may be opened is a subprotocol looked at, and every other request is spared the
 * question.
 */
function credentialsOf({ headers }: Request, candidates: readonly ElysiaRoute[]): AuthorizationFields {
  const isUpgrade = candidates.some(({ method }) => method === "WS") && isWebUpgrade(headers);
  return isUpgrade ? upgradeAuthorization(headers) : combinedAuthorization(headers);
}

/** What is asked of a request. */
interface RequestDemands<Claims> {
  readonly open: boolean;
  readonly policies: readonly Policy<Claims>[];
  /** Why the guard cannot know what is asked: nobody gets in. */
  readonly fault?: AuthError;
}

/** It is open where all the routes are that may serve it, and held to what any of them says. */
function readDemands<Claims>(
  route: string | undefined,
  candidates: readonly ElysiaRoute[],
): RequestDemands<Claims> {
  if (route === undefined) return { open: false, policies: [] };
  if (candidates.length === 0) return unknown(route, "no app that has the guard has it");
  try {
    const marks = candidates.map(({ hooks }) => readMarks<Claims>(hooks));
    return { open: marks.every((mark) => mark.public), policies: marks.flatMap((mark) => mark.policies) };
  } catch (error) {
    return unknown(route, (error as Error).message);
  }
}

function unknown<Claims>(route: string, why: string): RequestDemands<Claims> {
  const hint = `the guard does not know what the route "${route}" asks for: ${why}`;
  return { open: false, policies: [], fault: new AuthError("owner_mismatch", { hint }) };
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
