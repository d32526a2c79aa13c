import { setImmediate as nextTurn } from "node:timers/promises";
import type { SentRequest } from "./exchange.ts";
import { type Finding, NotGuardedError } from "./findings.ts";
import type { HandlerRun } from "./handler-runs.ts";
import { openApp } from "./open-app.ts";
import type { OpenedApp } from "./opened-app.ts";
import { checkOptions, type ExpectGuardedOptions, type GuardedReport } from "./options.ts";
import { callerOf, ownersIn } from "./owners.ts";
import { parametersOf } from "./path-pattern.ts";
import { isNamedBy, nameOf, type Route, readRoute, routesToTry } from "./route.ts";
import { type RouteResult, tryRoute } from "./try-route.ts";
import type { Observed } from "./verdicts.ts";

/**
 * Sends to every route of an app what it must refuse, in this process: no token, tokens that are expired,
 * forged, unsigned, of another issuer or for another API, a token in the query or in a cookie, another user's
 * token, and that of another organization. It also sends a valid token, which must get through the guard: its
 * handlers run.
 *
 * Takes apps of Fastify, Express, Hono, Koa, NestJS, h3 2 and Elysia, which list their routes. With the
 * option `routes`, it takes `fetch` handlers, `node:http` listeners and servers, and route modules of
 * Next.js.
 *
 * Does not check ids in bodies, queries and rows, revoked tokens, policies, WebSockets, nor the format of a
 * refusal's body. A route that the app cannot list is not tried, unless `routes` has it.
 *
 * @returns The routes that were tried.
 * @throws {NotGuardedError} Each route that is not guarded, with the reason. Also if there is no route to
 *   try.
 * @throws {TypeError} The app is of an unknown kind, or an option is wrong.
 *
 * @example
 * ```ts run
 * import { createTestIssuer, expectGuarded } from "@usher-auth/testing";
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/fastify";
 * import fastify from "fastify";
 *
 * const issuer = createTestIssuer();
 * const keys = sharedSecret(issuer.secret);
 * const app = fastify();
 * await app.register(usher, {
 *   verifier: createVerifier({ keys, issuer: issuer.issuer, audience: issuer.audience }),
 *   ownerParam: "userId",
 * });
 * app.get("/api/:userId/tasks", () => ({ tasks: [] }));
 *
 * await expectGuarded(app, { issuer });
 * ```
 */
export async function expectGuarded(app: object, options: ExpectGuardedOptions): Promise<GuardedReport> {
  checkOptions(options);
  const opened = await openApp(app, options.routes !== undefined && options.routes.length > 0);
  const recorder = recordRuns();
  let restore: (() => void) | undefined;
  try {
    restore = opened.watch?.(recorder.note);
    return await tryApp(opened, options, recorder.runs);
  } finally {
    restore?.();
    await opened.close();
  }
}

/** Collects the runs of handlers. Requests are sent one after the other, so all runs belong to the last one. */
function recordRuns() {
  const runs: HandlerRun[] = [];
  const note = (route: HandlerRun["route"]) => {
    const run: HandlerRun = { route, outcome: "running" };
    runs.push(run);
    return run;
  };
  return { runs, note };
}

async function tryApp(
  app: OpenedApp,
  options: ExpectGuardedOptions,
  runs: HandlerRun[],
): Promise<GuardedReport> {
  const { issuer, headers = {}, params = {}, users = ["alice", "bob"], timeout = 5000 } = options;
  const added = (options.routes ?? []).flatMap((entry) => readRoute(entry, app.methods));
  const all = routesToTry([...app.routes, ...added]);
  const isPublic = (route: Route) => (options.public ?? []).some((entry) => isNamedBy(entry, route));
  const isOptional = (route: Route) => (options.optional ?? []).some((entry) => isNamedBy(entry, route));
  const routes = all.filter((route) => !isPublic(route));
  let requests = 0;

  const observe = async (request: SentRequest): Promise<Observed> => {
    // Many apps answer within one turn of the event loop: nothing would be freed, and no timer of the test
    // would run.
    await nextTurn();
    requests++;
    runs.length = 0;
    const answer = await answerInTime(app, request, timeout);
    const guarded = runs.filter(({ route, outcome }) => {
      const method = route.method === "ALL" ? request.method : route.method;
      return outcome !== "passed" && !isPublic({ ...route, method });
    });
    return { request, answer, runs: guarded, isWatched: app.watch !== undefined };
  };

  const results = new Map<Route, RouteResult>();
  for (const route of routes) {
    if (route.isExpression === true) {
      results.set(route, { findings: [expressionOf(route)], ownStatus: undefined });
      continue;
    }
    const owners = ownersIn(route.path, options.ownerParams);
    const [owner, other] = [callerOf(users[0], owners), callerOf(users[1], owners)];
    const result = await tryRoute({
      ...{ route, issuer, owner, owners, params, headers, observe },
      users: [owner, other],
      isOptional: isOptional(route),
      isOpenTo: (method) =>
        all.some(
          (one) => one.path === route.path && one.method === method && (isPublic(one) || isOptional(one)),
        ),
    });
    results.set(route, result);
  }

  const tried = [...results].filter(([, { isNothing }]) => isNothing !== true);
  const report = { routes: tried.map(([route]) => nameOf(route)), requests };
  const findings = [...findingsInOptions(options, all), ...findingsOf(app, tried, all.length)];
  if (findings.length > 0) throw new NotGuardedError(app.name, findings, report);
  return report;
}

/** Undefined if the app does not answer in time. */
async function answerInTime(app: OpenedApp, request: SentRequest, timeout: number) {
  // AbortSignal.timeout() would hold every request until then, and let the process end while one hangs.
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(), timeout);
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const sent = app.send(request, signal).catch((error: unknown) => {
    if (signal.aborted || isClosed(error)) return undefined;
    throw new Error("expectGuarded: a request could not be sent.", { cause: error });
  });
  return Promise.race([sent, aborted]).finally(() => clearTimeout(timer));
}

/** Whether the app closed the connection, or what imitates one, without an answer. */
function isClosed(error: unknown): boolean {
  return /ECONNRESET|EPIPE|HPE_/.test(String((error as { code?: unknown } | null)?.code));
}

function findingsOf(
  app: OpenedApp,
  tried: readonly (readonly [Route, RouteResult])[],
  listed: number,
): readonly Finding[] {
  if (tried.length === 0) return [noRoute(app, listed)];
  // One reason for all of them: say it once.
  if (tried.every(([, { ownStatus }]) => ownStatus === 401)) return [noTrust];
  const { ifFailing } = app;
  if (ifFailing !== undefined && tried.every(([, { ownStatus = 0 }]) => ownStatus >= 500))
    return [{ ...everyRoute, cameBack: "an error from every one", fix: ifFailing }];
  return tried.flatMap(([, { findings }]) => findings);
}

function noRoute({ unlisted }: OpenedApp, listed: number): Finding {
  return listed > 0
    ? {
        route: undefined,
        sent: "nothing, because every route is listed in `public`",
        cameBack: "nothing",
        fix: "List only the routes that anyone may call.",
      }
    : {
        route: undefined,
        sent: "nothing, because the app lists no route",
        cameBack: "nothing",
        fix: `${unlisted ?? "Add the routes before this check."} Or name them: \`routes: ["GET /api/:userId/tasks"]\`.`,
      };
}

function expressionOf(route: Route): Finding {
  const name = nameOf(route);
  return {
    route: name,
    sent: "nothing, because no path can be made for this expression",
    cameBack: "nothing",
    fix: `Write the path as a text. Or list ${JSON.stringify(name)} in \`public\`, and name guarded paths of it in \`routes\`.`,
  };
}

const everyRoute = { route: undefined, sent: "a valid token, to each route" };

const noTrust: Finding = {
  ...everyRoute,
  cameBack: "401 from every one",
  fix: "Build the app with a verifier that trusts this issuer: its `secret` or `jwks()`, its `issuer` and its `audience`.",
};

/** An entry that names nothing would silently stop to protect what it was written for. */
function findingsInOptions(options: ExpectGuardedOptions, routes: readonly Route[]): readonly Finding[] {
  const lists = [...(options.public ?? []), ...(options.optional ?? [])];
  const unknown = lists.filter((entry) => !routes.some((route) => isNamedBy(entry, route)));
  const { ownerParams = [] } = options;
  const names =
    typeof ownerParams === "string"
      ? [ownerParams]
      : Array.isArray(ownerParams)
        ? ownerParams
        : Object.keys(ownerParams);
  const known = new Set(routes.flatMap(({ path }) => parametersOf(path).map(({ name }) => name)));
  return [
    ...unknown.map((entry) => ({
      route: undefined,
      sent: `nothing to ${JSON.stringify(entry)}, which is in \`public\` or \`optional\``,
      cameBack: "no route of the app has this method and path",
      fix: `Write it as the app has it. Its routes: ${routes.map(nameOf).join(", ") || "none"}.`,
    })),
    ...names
      .filter((name) => !known.has(name))
      .map((name) => ({
        route: undefined,
        sent: `nothing about \`:${name}\`, which is in \`ownerParams\``,
        cameBack: "no route of the app has this parameter",
        fix: "Write it as the routes have it, or remove it.",
      })),
  ];
}
