import { type Reason, shortcut } from "./reason.ts";

const ownAccessor = "for the type: only a copy of this package defines the accessor, with a setter";

/** Mutants of the adapters for Express and Koa. */
export const expressKoaReasons: readonly Reason[] = [
  {
    file: "adapters/express/matched.ts",
    line: 'const unseen = new Error("usher: the next layer is not wrapped.");',
    mutants: ['""'],
    reason: "it is caught where it was thrown, and never shown",
  },
  {
    file: "adapters/express/layers.ts",
    line: "interceptParams(app.request, (request) => guardReached(request, refuse)",
    mutants: ["() => undefined"],
    reason:
      "Express's requests are prepared once in each thread, before this mutant: by itself, it fails 18 tests",
  },
  {
    file: "adapters/express/layers.ts",
    line: "if (covered.stack !== undefined) guardNested",
    mutants: ["true"],
    reason: "what has no layers is left as it is",
  },
  {
    file: "adapters/express/params.ts",
    line: "if (request[rejection] !== undefined) request[rejection] = undefined;",
    mutants: ["true"],
    reason: shortcut,
  },
  {
    file: "adapters/express/admission.ts",
    line: "= request[admissions] ?? [];",
    mutants: ['["Stryker was here"]'],
    reason: "for the type: only accepted requests get here",
  },
  {
    file: "adapters/express/layers.ts",
    line: "if (!guardedApps.has(app)) {",
    mutants: ["true"],
    reason: shortcut,
  },
  {
    file: "adapters/express/layers.ts",
    line: "guardedApps.add(app);",
    mutants: [";"],
    reason: shortcut,
  },
  {
    file: "adapters/express/layers.ts",
    line: "if (app !== undefined && !guardedApps.has(app)) {",
    mutants: ["true", "app !== undefined || !guardedApps.has(app)"],
    reason: "Express sets `app`, and guarding an app again changes nothing",
  },
  {
    file: "adapters/express/layers.ts",
    line: "if (prototype === undefined) return false;",
    mutants: ["false", "true"],
    reason: "a router that a request has reached has a layer; only the type allows none",
  },
  {
    file: "adapters/express/mounts.ts",
    line: "matchers = [] }",
    mutants: ['["Stryker was here"]'],
    reason: "a text has no name, so it is no expression",
  },
  {
    file: "adapters/express/mounts.ts",
    line: "...(request[mounts] ?? [])",
    mutants: ['["Stryker was here"]'],
    reason: "a text has no path, so no request is below it",
  },
  {
    file: "adapters/express/params.ts",
    line: "earlier?.set?.call(this, params);",
    mutants: ["earlier?.set.call"],
    reason: ownAccessor,
  },
  {
    file: "adapters/express/params.ts",
    line: "if (this[admissions] === undefined) return;",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "adapters/express/params.ts",
    line: "if (this[rejection] !== undefined) this[hidden]",
    mutants: ["true"],
    reason: "it is only read after a rejection",
  },
  {
    file: "adapters/express/params.ts",
    line: "return parent === null ||",
    mutants: ["false"],
    reason: "for the type: Express's requests inherit from Node's",
  },
  {
    file: "adapters/koa/layers.ts",
    line: "if (rule !== undefined) rules.set(made, rule);",
    mutants: ["true"],
    reason: "a shortcut: an entry without a rule is read like none",
  },
  {
    file: "adapters/koa/layers.ts",
    line: "return params === undefined ? undefined",
    mutants: ["false"],
    reason: "for the type: a WeakMap has no entry for `undefined`",
  },
  {
    file: "adapters/koa/params.ts",
    line: "if (Object.hasOwn(context, place))",
    mutants: ["true"],
    reason: "deleting a property that is not there changes nothing",
  },
  {
    file: "adapters/koa/params.ts",
    line: "if (value !== undefined) context[place]",
    mutants: ["true"],
    reason: "a pattern that is undefined has no names, and a router that is has no layers",
  },
  {
    file: "adapters/koa/params.ts",
    line: "if (names.length > 0) runChecks(allChecks, params, names);",
    mutants: ["true", "names.length >= 0"],
    reason: shortcut,
  },
  {
    file: "adapters/koa/params.ts",
    line: "patternNames(route.path) : [];",
    mutants: ['["Stryker was here"]'],
    reason: "no owner parameter has that name",
  },
  {
    file: "adapters/koa/params.ts",
    line: "declared: readonly string[] = [],",
    mutants: ['["Stryker was here"]'],
    reason: "no owner parameter has that name",
  },
  {
    file: "adapters/koa/params.ts",
    line: "earlier?.set?.call(this, router);",
    mutants: ["earlier?.set.call"],
    reason: ownAccessor,
  },
  {
    file: "adapters/koa/params.ts",
    line: "earlier?.set?.call(this, pattern);",
    mutants: ["earlier?.set.call"],
    reason: ownAccessor,
  },
  {
    file: "adapters/koa/params.ts",
    line: "const names = allChecks === undefined ? []",
    mutants: ["false", '["Stryker was here"]'],
    reason: "the next line returns without reading the names",
  },
  {
    file: "adapters/koa/params.ts",
    line: "if (allChecks === undefined || names.length === 0)",
    mutants: ["false", "allChecks === undefined && names.length === 0"],
    reason: shortcut,
  },
];
