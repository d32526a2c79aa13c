import type { IncomingMessage } from "node:http";
import { isAuthError, type Principal, type TokenClaims } from "@usher-auth/verify";
import type { Guard, RouteAccess } from "@usher-auth/verify/guard";
import { type UpgradeCredentials, upgradeCredentials } from "@usher-auth/verify/websocket";
import type { DescribeJudged } from "./guard.ts";
import { accessOf } from "./policy/access.ts";
import type { Match, Policy } from "./policy/rule.ts";
import { gateProblem, type ProblemResponse } from "./problem.ts";
import type { Cors } from "./request/cors.ts";
import { headerFault } from "./request/headers.ts";
import { valuesOf } from "./request/raw-headers.ts";
import { readTarget, type Target } from "./request/target.ts";
import type { Answer, Head, Judge, Verdict } from "./verdict.ts";

/** What a judge decides with. */
export interface JudgeParts {
  readonly guard: Guard<TokenClaims, IncomingMessage>;
  readonly cors: Cors;
  /** The routes at this moment. Undefined: not known yet. */
  readonly policy: () => Policy | undefined;
  /** Called before the guard is. */
  readonly describeJudged: DescribeJudged;
}

type Credentials = UpgradeCredentials & { readonly source: IncomingMessage };

/** A path that no rule has still needs a token: without one, nobody learns which paths exist. */
const anyToken: RouteAccess<TokenClaims> = { params: {}, ownerParams: [] };

/**
 * Creates the function that decides about every request: proxied, upgraded to a WebSocket, or asked about by
 * another proxy. In this order: the path and the headers have one reading; a preflight needs no token; the
 * route is known; the guard admits.
 */
export function createJudge({ guard, cors, policy, describeJudged }: JudgeParts): Judge {
  return (head) => {
    const target = readTarget(head.target);
    if ("fault" in target) return answer(head, gateProblem("path_rejected"), { hint: target.fault });
    const fault = headerFault(head.rawHeaders);
    if (fault !== undefined) return answer(head, gateProblem("header_rejected"), { hint: fault });
    const preflight = cors.preflight(head.method, head.rawHeaders);
    if (preflight !== undefined)
      return { answer: { hint: undefined, ...preflight, code: undefined, route: undefined } };

    const routes = policy()?.table;
    if (routes === undefined) return answer(head, gateProblem("policy_unavailable"));
    // However it was spelled: the gate's own paths are nobody else's.
    const isOwn = target.segments[0] === ".usher";
    const found = isOwn ? undefined : routes.find(head.method, target.segments);
    const credentials = credentialsOf(head, target);
    if (found === undefined || "allow" in found)
      describeJudged(head.message, { method: head.method, template: undefined });
    if (found === undefined)
      return refuseAfterToken(head, credentials, gateProblem("not_found"), { hint: unknownPath(head) });
    if ("allow" in found) {
      if (!cors.ownsResponseHeaders && isPreflight(head)) return letPass(target, found.allow, credentials);
      const allow = found.allow.join(", ");
      const hint = `the path has no ${head.method}, only ${allow}`;
      return refuseAfterToken(head, credentials, gateProblem("method_not_allowed", { allow }), { hint });
    }
    return admit(head, target, credentials, found.matches);
  };

  /**
   * A preflight has no token, and the backend is to answer it. It passes only where the document knows the
   * path, and no OPTIONS for it.
   */
  function letPass(target: Target, allow: readonly string[], credentials: Credentials): Verdict {
    const route = `OPTIONS (preflight for ${allow.join(", ")})`;
    return { pass: { target, route, principal: null, accesses: [], credentials } };
  }

  /** Every one of the matches must admit; usually there is one. */
  function admit(
    head: Head,
    target: Target,
    credentials: Credentials,
    matches: readonly Match[],
  ): Verdict | Promise<Verdict> {
    const [first] = matches as readonly [Match, ...Match[]];
    const { template } = first.rule;
    const route = `${head.method} ${template}`;
    describeJudged(head.message, { method: head.method, template });
    if (matches.some(({ rule }) => rule.access === "denied"))
      return refuseAfterToken(head, credentials, gateProblem("not_found"), { route, hint: denied });
    const needed = matches.filter(({ rule }) => rule.access === "required");
    const accesses = needed.map(accessOf);
    const pass = (principal: Principal | null): Verdict => ({
      pass: { target, route, principal, accesses, credentials },
    });
    if (matches.every(({ rule }) => rule.access === "public")) {
      // The backend may read one on a public route too.
      const { authorization } = credentials;
      if (Array.isArray(authorization) && authorization.length > 1)
        return answer(head, gateProblem("header_rejected"), { hint: "authorization was sent twice.", route });
      return pass(null);
    }

    const [access, ...others] = accesses;
    return settle(
      () =>
        access === undefined ? guard.admitOptional(credentials) : guard.admit({ ...credentials, ...access }),
      (principal) => {
        if (principal !== null) for (const other of others) guard.authorize(principal, other, head.message);
        return pass(principal);
      },
      (error) => refusal(head, error, route),
    );
  }

  function refuseAfterToken(
    head: Head,
    credentials: Credentials,
    problem: ProblemResponse,
    told: Pick<Answer, "hint"> & { readonly route?: string },
  ): Verdict | Promise<Verdict> {
    return settle(
      () => guard.admit({ ...credentials, ...anyToken }),
      () => answer(head, problem, told),
      (error) => refusal(head, error, told.route),
    );
  }

  function refusal(head: Head, error: unknown, route: string | undefined): Verdict {
    if (!isAuthError(error))
      return answer(head, gateProblem("internal_error"), { hint: String(error), route });
    const refused = { ...guard.refuse(error, head.message), code: error.code };
    return answer(head, refused, { hint: error.hint, route });
  }

  /** Pages of the frontend must be able to read a refusal too. */
  function answer(
    { rawHeaders }: Head,
    { status, headers, body, code }: Omit<ProblemResponse, "code"> & { readonly code: string },
    { hint, route }: { readonly hint?: string | undefined; readonly route?: string | undefined } = {},
  ): { readonly answer: Answer } {
    return {
      answer: { status, headers: { ...headers, ...cors.headersFor(rawHeaders) }, body, code, hint, route },
    };
  }
}

const denied = "a route with `access: denied` fits the path";

/** For the operator, who looks for a route that is missing. */
function unknownPath({ isUpgrade }: Head): string {
  return isUpgrade
    ? "no route fits the path: a WebSocket needs one with GET in usher.gate.yaml"
    : "no route of the document or of usher.gate.yaml fits the path: --explain lists all";
}

/** Fetch standard, "CORS-preflight request". */
function isPreflight({ method, rawHeaders }: Head): boolean {
  const has = (name: string) => valuesOf(rawHeaders, name).length > 0;
  return (
    method === "OPTIONS" &&
    has("origin") &&
    has("access-control-request-method") &&
    !has("authorization") &&
    !has("content-length") &&
    !has("transfer-encoding")
  );
}

/** Calls `done` or `failed`, at once if the work is synchronous. */
function settle<Value, Result>(
  work: () => Value | Promise<Value>,
  done: (value: Value) => Result,
  failed: (error: unknown) => Result,
): Result | Promise<Result> {
  try {
    const value = work();
    return value instanceof Promise ? value.then(done).catch(failed) : done(value);
  } catch (error) {
    return failed(error);
  }
}

function credentialsOf({ isUpgrade, message, rawHeaders }: Head, { query }: Target): Credentials {
  // Of the target that is judged: the message's own is the question of another proxy.
  const tokenInQuery = query !== "" && new URLSearchParams(query).has("access_token");
  const { authorization } = isUpgrade
    ? upgradeCredentials(message)
    : { authorization: valuesOf(rawHeaders, "authorization") };
  return { authorization, tokenInQuery, source: message };
}
