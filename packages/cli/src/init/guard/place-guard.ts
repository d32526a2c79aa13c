import type { Statement } from "@babel/types";
import MagicString from "magic-string";
import { insertAfter, insertImport } from "../source/insert.ts";
import type { Style } from "../source/style.ts";
import { inStyle } from "../source/style.ts";
import { contains, parseSource, rangeOf, walk } from "../source/syntax.ts";
import { type Role, roleOf, roleOfCall } from "./classify.ts";
import type { AppFramework } from "./constructors.ts";
import { type AppPlace, findApps, mentions } from "./find-app.ts";
import { handlersIn } from "./sign-in.ts";

/** The text of a file with the guard, or why it was not edited. */
export type Edited = { readonly after: string } | { readonly why: string };

/** How the guard gets into a file. */
export interface GuardImport {
  /** Of the guard's file: `./usher.js`. */
  readonly from: string;
  readonly moduleKind: "esm" | "cjs";
  readonly style: Style;
  /** Whether `await` may be used at the top level. */
  readonly allowsTopLevelAwait: boolean;
}

/** In these, a route itself says that it is public. In the others, what is before the guard is public. */
const marksPublicRoutes: ReadonlySet<AppFramework> = new Set<AppFramework>(["fastify", "h3", "elysia"]);

const needsOrder =
  "the guard must come after CORS and Better Auth's routes and before all others, and here some of the others come first";

const unclearSignIn =
  "Better Auth's routes must be before the guard, or nobody can sign in, and they are added in a way that may add others";

/** The line that adds the guard to an app. */
function guardLine(framework: AppFramework, app: string): string {
  switch (framework) {
    case "fastify":
      return `await ${app}.register(usher, usherOptions());`;
    case "hono":
      return `usher(${app}, usherOptions());`;
    case "h3-v1":
      return `${app}.use(defineEventHandler(usher(usherOptions())));`;
    default:
      return `${app}.use(usher(usherOptions()));`;
  }
}

/** Whether an order of roles lets the guard be added; and after how many of them. */
function positionIn(roles: readonly Role[], framework: AppFramework): number | undefined {
  const isFirst = (role: Role) =>
    role === "cors" || (role === "sign-in" && !marksPublicRoutes.has(framework));
  const position = roles.findLastIndex(isFirst) + 1;
  return roles.slice(0, position).some((role) => role === "other" || (role === "sign-in" && !isFirst(role)))
    ? undefined
    : position;
}

/**
 * Adds the guard where the app is created: after CORS and, if the guard has no other way to let them be
 * public, after Better Auth's own routes; before everything else. The result is parsed again, and only
 * returned if the guard is before every route.
 */
export function placeGuard(place: AppPlace, framework: AppFramework, guard: GuardImport): Edited {
  const { source, app, chain, statement, siblings, imports } = place;
  if (["usher", "usherOptions"].some((name) => declares(place, name)))
    return { why: "the file uses the name usher for something else" };
  const text = new MagicString(source.text);
  const later = siblings.slice(siblings.indexOf(statement) + 1);
  const chained = chain.map((call) => roleOfCall(call, place));
  const roles = later.map((sibling) => roleOf(sibling, place));
  if (!marksPublicRoutes.has(framework) && hasUnclearSignIn(place, later, roles))
    return { why: unclearSignIn };
  const names = ["usher", "usherOptions"];
  insertImport(text, source.program, { ...guard, names }, guard.style, statement);
  if (framework === "h3-v1" && !imports.has("defineEventHandler"))
    insertImport(
      text,
      source.program,
      { ...guard, names: ["defineEventHandler"], from: "h3" },
      guard.style,
      statement,
    );

  if (chained.includes("other") || framework === "elysia" || app === undefined) {
    if (framework === "fastify" || framework === "express" || framework === "h3-v1")
      return { why: "the app has no name that the guard could be added to" };
    const position = positionIn([...chained, ...roles], framework);
    if (position === undefined || position > chain.length) return { why: needsOrder };
    const end = rangeOf(chain[position - 1]?.call ?? place.creation)[1];
    if (framework === "hono") {
      text.appendRight(rangeOf(place.creation)[0], "usher(");
      text.appendLeft(end, ", usherOptions())");
    } else text.appendLeft(end, ".use(usher(usherOptions()))");
  } else {
    const position = positionIn(roles, framework);
    if (position === undefined) return { why: needsOrder };
    if (framework === "hono" && position === 0) {
      text.appendRight(rangeOf(place.creation)[0], "usher(");
      text.appendLeft(rangeOf(chain.at(-1)?.call ?? place.creation)[1], ", usherOptions())");
    } else {
      const line = guardLine(framework, app);
      const code = allowsAwait(place, guard) ? line : line.replace(/^await /, "");
      insertAfter(text, later[position - 1] ?? statement, code, guard.style);
    }
  }
  const after = text.toString();
  const index = findApps(source, framework).findIndex(({ creation }) => creation === place.creation);
  const isSound = isGuardedIn({ ...source, text: after }, index, framework, guard.from);
  return isSound ? { after } : { why: "the result of the edit could not be confirmed" };
}

/** Whether the file names Better Auth's handler anywhere but in a call that serves nothing else. */
function hasUnclearSignIn(place: AppPlace, later: readonly Statement[], roles: readonly Role[]): boolean {
  const clear = [
    ...place.chain.filter((call) => roleOfCall(call, place) === "sign-in").map(({ call }) => call),
    ...later.filter((_, index) => roles[index] === "sign-in"),
  ];
  return handlersIn(place.source.program, place.imports).some(
    (handler) => !clear.some((node) => contains(node, (inner) => inner === handler)),
  );
}

function allowsAwait({ container }: AppPlace, { allowsTopLevelAwait, moduleKind }: GuardImport): boolean {
  if (container === undefined) return allowsTopLevelAwait && moduleKind === "esm";
  return "async" in container && container.async === true;
}

function declares({ source }: AppPlace, name: string): boolean {
  return contains(source.program, (node) => node.type === "Identifier" && node.name === name);
}

/** Whether an app of a file has the guard before every route. The app is the one at this index among those created. */
function isGuardedIn(
  { path, text }: { readonly path: string; readonly text: string },
  index: number,
  framework: AppFramework,
  from: string,
): boolean {
  const source = parseSource(path, text);
  const place = source && findApps(source, framework)[index];
  if (place === undefined) return false;
  const { imports } = place;
  if (imports.get("usher")?.module !== from || imports.get("usherOptions")?.module !== from) return false;
  return isWrapped(place) || isChained(place) || isStated(place);
}

/** `usher(new Hono().use(cors()), usherOptions())` */
function isWrapped(place: AppPlace): boolean {
  let found = false;
  walk(place.source.program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "usher")
      return;
    const [app] = node.arguments;
    found ||=
      app !== undefined &&
      contains(app, (inner) => inner === place.creation) &&
      place.chain
        .filter(({ call }) => rangeOf(call)[1] <= rangeOf(app)[1])
        .every((call) => roleOfCall(call, place) !== "other");
  });
  return found;
}

/** `.use(usher(usherOptions()))` */
function isChained(place: AppPlace): boolean {
  const index = place.chain.findIndex(({ call }) => call.arguments.some(isGuardCall));
  return index >= 0 && place.chain.slice(0, index).every((call) => roleOfCall(call, place) !== "other");
}

/** A separate statement, with nothing that is guarded before it. */
function isStated(place: AppPlace): boolean {
  const later = place.siblings.slice(place.siblings.indexOf(place.statement) + 1);
  const index = later.findIndex(
    (statement) =>
      statement.type === "ExpressionStatement" &&
      contains(statement, isGuardCall) &&
      place.app !== undefined &&
      mentions(statement, place.app, place.source.text),
  );
  if (index < 0 || place.chain.some((call) => roleOfCall(call, place) === "other")) return false;
  return later.slice(0, index).every((statement) => roleOf(statement, place) !== "other");
}

/** `usher(usherOptions())`, `usher(app, usherOptions())` or `app.register(usher, usherOptions())`. */
function isGuardCall(node: Parameters<typeof contains>[0]): boolean {
  return (
    node.type === "CallExpression" &&
    node.arguments.some(
      (argument) =>
        argument.type === "CallExpression" &&
        argument.callee.type === "Identifier" &&
        argument.callee.name === "usherOptions",
    )
  );
}

/** The lines for a person who adds the guard. */
export function manualGuardLines(
  framework: AppFramework,
  from: string,
  app: string,
  style: Style,
  kind: "esm" | "cjs",
): string {
  const imported =
    kind === "esm"
      ? `import { usher, usherOptions } from "${from}";`
      : `const { usher, usherOptions } = require("${from}");`;
  const line =
    framework === "elysia"
      ? ".use(usher(usherOptions())) // after CORS, before all routes"
      : guardLine(framework, app);
  return inStyle(`${imported}\n\n${line}`, style);
}
