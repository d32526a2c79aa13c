import { type Reason, shortcut } from "./reason.ts";

const withoutAot = "Elysia only reads it with `aot: false`, which the guard rejects";

/** Mutants of the adapter for Elysia. */
export const elysiaReasons: readonly Reason[] = [
  {
    file: "adapters/elysia/routes.ts",
    line: "const count = current.reduce",
    mutants: ["sum - routes.length"],
    reason: "only a change of the count matters",
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "if (count !== knownCount) known.clear();",
    mutants: ["true"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "if (found === undefined || !found.routes.every(isInPlace, found)) {",
    mutants: ["true"],
    reason: shortcut,
  },
  { file: "adapters/elysia/routes.ts", line: "known.set(key, found);", mutants: [";"], reason: shortcut },
  {
    file: "adapters/elysia/routes.ts",
    line: "const methods = [method",
    mutants: ['["Stryker was here"]'],
    reason: "no route has that method",
  },
  {
    file: "adapters/elysia.ts",
    line: 'const admit = createHook("derive"',
    mutants: ['""'],
    reason: withoutAot,
  },
  {
    file: "adapters/elysia.ts",
    line: "if (!isAuthError(error)) throw error;",
    mutants: ["false"],
    reason: "the checks throw nothing else",
  },
  {
    file: "adapters/elysia/decide.ts",
    line: "if (known !== undefined && known.route === route",
    mutants: ["true"],
    reason: "routes that are the same have one pattern",
  },
  {
    file: "adapters/elysia/decide.ts",
    line: "if (required === undefined) {",
    mutants: ["true"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/decide.ts",
    line: "requirements.set(candidates, required);",
    mutants: [";"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/decide.ts",
    line: 'const nothingKnown = { access: "required"',
    mutants: ["{}", '["Stryker was here"]'],
    reason:
      "nothing else is read: an unknown path has a 404 after the token is verified, and a fault is thrown before",
  },
  {
    file: "adapters/elysia/decide.ts",
    line: "return some.length === others.length",
    mutants: [
      "true",
      "some.some((one, index) => one === others[index])",
      "some.length === others.length || some.every((one, index) => one === others[index])",
    ],
    reason: "routes of two apps are different objects, and those of one app have one list",
  },
  {
    file: "adapters/elysia/levels.ts",
    line: "(other.created ?? 0) > created);",
    mutants: ["(other.created ?? 0) >= created"],
    reason: "each mark has its own number",
  },
  {
    file: "adapters/elysia/levels.ts",
    line: "if (place < last) levels.push([]);",
    mutants: ["place <= last"],
    reason: "each mark has its own place",
  },
  {
    file: "adapters/elysia/levels.ts",
    line: "levels.at(-1)?.push(mark);",
    mutants: ["levels.at(-1).push"],
    reason: "for the type: the first mark opens a level",
  },
  {
    file: "adapters/elysia/marks.ts",
    line: "isAppWide: false,",
    mutants: ["true"],
    reason: "all other marks are listed before it and were created later, so it is within a group",
  },
  {
    file: "adapters/elysia/marks.ts",
    line: "if (breadth[next] > breadth[scope])",
    mutants: ["breadth[next] >= breadth[scope]"],
    reason: "the same scope again changes nothing",
  },
  {
    file: "adapters/elysia/marks.ts",
    line: 'return createHook("derive", marked',
    mutants: ['""'],
    reason: withoutAot,
  },
  {
    file: "adapters/elysia/marks.ts",
    line: "readMarks<Claims>({ transform = []",
    mutants: ['["Stryker was here"]'],
    reason: "for the type: each route of a guarded app has the guard's own hook",
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "if (known !== undefined) return known;",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "lists.set(guarded, own);",
    mutants: [";"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "if (name !== undefined && name in",
    mutants: ["true"],
    reason: "for the type: no plugin has the name `undefined`",
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "if (route === undefined) return noRoutes;",
    mutants: ["false"],
    reason: "no route has an undefined pattern",
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "function isInPlace(",
    mutants: ["{}"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "return place?.list[place.index] === route;",
    mutants: ["false", "place.list"],
    reason: shortcut,
  },
  {
    file: "adapters/elysia/routes.ts",
    line: 'method === "HEAD" ? "GET" : ""].includes',
    mutants: ['"Stryker was here!"'],
    reason: "no route has that method",
  },
  {
    file: "adapters/elysia/websocket.ts",
    line: 'if (typeof upgrade === "object")',
    mutants: ["true"],
    reason: "a function and `undefined` have no headers to assign",
  },
  {
    file: "adapters/elysia.ts",
    line: "route: decide.last(request)?.route,",
    mutants: ["decide.last(request).route"],
    reason: "for the type: a request is reported once it is decided",
  },
  {
    file: "adapters/elysia.ts",
    line: "return { seed: `usher ",
    mutants: ["--count"],
    reason: "only that it is unique matters",
  },
  {
    file: "adapters/elysia.ts",
    line: "return transformBy(createMark(options, () => ({})));",
    mutants: ["() => undefined"],
    reason: "a hook that returns nothing adds nothing either",
  },
  {
    file: "adapters/elysia.ts",
    line: "if (policies.every((policy) => decision.policies",
    mutants: ["false", "() => undefined"],
    reason: "a shortcut: policies that were checked are checked again",
  },
  {
    file: "adapters/elysia/routes.ts",
    line: "const noRoutes: readonly ElysiaRoute[] = [];",
    mutants: ['["Stryker was here"]'],
    reason: "of a path without a route, only the token is checked",
  },
];
