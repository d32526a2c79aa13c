import type { Node, Statement } from "@babel/types";
import { requiredModule, resolve } from "../source/imports.ts";
import { textOf, unwrap } from "../source/syntax.ts";
import type { AppPlace, ChainedCall } from "./find-app.ts";
import { isApp, mentions } from "./find-app.ts";
import { mayAddRoutes } from "./indirect-routes.ts";
import { isSignInCall } from "./sign-in.ts";

/**
 * What a statement does to an app.
 *
 * - `none`: nothing.
 * - `setting`: it adds nothing that answers a request, such as a parser or a header.
 * - `cors`: it responds to preflights, so it must be before the guard.
 * - `sign-in`: it serves Better Auth, which must work without a token.
 * - `other`: a route, or something unknown that may be one.
 */
export type Role = "none" | "setting" | "cors" | "sign-in" | "other";

/** Middleware that does not answer requests itself: what comes after it stays as guarded as before. */
const passive = new Set([
  "helmet",
  "@fastify/helmet",
  "koa-helmet",
  "morgan",
  "koa-logger",
  "pino-http",
  "koa-pino-logger",
  "compression",
  "koa-compress",
  "@fastify/compress",
  "cookie-parser",
  "@fastify/cookie",
  "body-parser",
  "koa-bodyparser",
  "@koa/bodyparser",
  "koa-body",
  "@fastify/formbody",
  "@fastify/sensible",
  "hono/logger",
  "hono/secure-headers",
  "hono/request-id",
  "hono/timing",
  "hono/pretty-json",
  "hono/compress",
]);
/** The packages that answer preflights. */
export const corsModules: readonly string[] = [
  "cors",
  "@koa/cors",
  "koa2-cors",
  "@fastify/cors",
  "fastify-cors",
  "hono/cors",
  "@elysiajs/cors",
  "@elysia/cors",
];
/** Methods that set something up. */
const settings = new Set([
  "set",
  "enable",
  "disable",
  "decorate",
  "decorateRequest",
  "decorateReply",
  "setErrorHandler",
  "setValidatorCompiler",
  "setSerializerCompiler",
  "withTypeProvider",
  "onError",
  "addContentTypeParser",
  "addSchema",
]);

/** What a statement beside the app's creation does to the app. */
export function roleOf(statement: Statement, place: AppPlace): Role {
  const { app, source } = place;
  if (app === undefined) return "none";
  if (!mentions(statement, app, source.text)) return mayAddRoutes(statement, app, source) ? "other" : "none";
  const expression = expressionOf(statement);
  if (expression === undefined) return "other";
  if (
    expression.type === "AssignmentExpression" &&
    expression.left.type === "MemberExpression" &&
    isApp(expression.left.object, app, source.text) &&
    !mentions(expression.right, app, source.text)
  )
    return "setting";
  // app.use(a).use(b): each call counts.
  const calls: ChainedCall[] = [];
  let node: Node = expression;
  while (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
    const { object, property } = node.callee;
    if (property.type !== "Identifier") return "other";
    calls.unshift({ method: property.name, call: node });
    node = unwrap(object);
  }
  if (!isApp(node, app, source.text)) return "other";
  const roles = new Set(calls.map((call) => roleOfCall(call, place)));
  if (roles.has("other")) return "other";
  return roles.has("sign-in") ? "sign-in" : roles.has("cors") ? "cors" : "setting";
}

/** Whether CORS is added to the app where it is created, so that the guard can be added after it. */
export function addsCors(place: AppPlace): boolean {
  const later = place.siblings.slice(place.siblings.indexOf(place.statement) + 1);
  return [
    ...place.chain.map((call) => roleOfCall(call, place)),
    ...later.map((statement) => roleOf(statement, place)),
  ].includes("cors");
}

/** What a call on the app does. */
export function roleOfCall({ method, call }: ChainedCall, place: AppPlace): Role {
  if (isSignInCall(method, call.arguments, place.imports)) return "sign-in";
  if (settings.has(method)) return "setting";
  if (method !== "use" && method !== "register") return "other";
  const [first, ...rest] = call.arguments;
  const isPath = textOf(first) !== undefined;
  const handlers = isPath ? rest : method === "register" ? [first] : call.arguments;
  const modules = handlers.map((handler) => (handler == null ? undefined : moduleOf(handler, place)));
  if (modules.length === 0) return "other";
  if (modules.every((module) => module !== undefined && corsModules.includes(module))) return "cors";
  return modules.every((module) => module !== undefined && passive.has(module)) ? "setting" : "other";
}

/** The module that a middleware comes from: of `cors()`, `cors`, `express.json()` and `require("cors")()`. */
function moduleOf(handler: Node, { imports }: AppPlace): string | undefined {
  const node = unwrap(handler);
  const callee = node.type === "CallExpression" && requiredModule(node) === undefined ? node.callee : node;
  const found = resolve(callee, imports);
  if (found?.module === "express" && /^(?:json|urlencoded|text|raw)$/.test(found.imported))
    return "body-parser";
  if (found?.module === "express") return undefined;
  return found?.module;
}

/** The expression of a statement, without `await` and `void`. */
function expressionOf(statement: Statement): Node | undefined {
  if (statement.type !== "ExpressionStatement") return undefined;
  let node = unwrap(statement.expression);
  while (node.type === "AwaitExpression" || (node.type === "UnaryExpression" && node.operator === "void"))
    node = unwrap(node.argument);
  return node;
}
