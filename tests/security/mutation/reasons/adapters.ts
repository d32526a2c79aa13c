import { type Reason, shortcut } from "./reason.ts";

const noSuchParameter = "no path has a parameter of that name";
const nobody = "any value that is no user's id works";

const hasMeta = "h3 gives every route a `meta`; only the type allows none";
const anyOther = "every route that is neither public nor optional requires a token, whatever the text is";
const hasTarget = "a received request always has a target; only the type allows none";

const hasMethod = "a received request always has a method; only the type allows none";
const oneShape = "it only gives requests one shape, which saves time";
const hasRules = "for the type: the guard's first hook has set the rules by then";

/** Mutants of the other adapters. */
export const adapterReasons: readonly Reason[] = [
  {
    file: "adapters/h3.ts",
    line: 'if (!params[name]?.includes("%")) return;',
    mutants: ["false", '""'],
    reason: shortcut,
  },
  {
    file: "adapters/h3.ts",
    line: 'params[name] = "";',
    mutants: ['"Stryker was here!"'],
    reason: nobody,
  },
  {
    file: "adapters/h3.ts",
    line: "return getRouterParam(",
    mutants: ['"Stryker was here!"'],
    reason: "the parameter exists: it was read before",
  },
  { file: "adapters/h3.ts", line: "} catch {", mutants: ["{}"], reason: nobody },
  { file: "adapters/h3.ts", line: 'return "";', mutants: ['"Stryker was here!"'], reason: nobody },
  {
    file: "adapters/nestjs.ts",
    line: "if (entered instanceof Promise)",
    mutants: ["true"],
    reason: "`done` has been called by then, and Fastify catches what a hook throws afterwards",
  },
  {
    file: "adapters/trpc/refused.ts",
    line: "trpcCodes[refusal.status] ??",
    mutants: ['""'],
    reason: "the table has every status of a refusal",
  },
  {
    file: "adapters/websocket.ts",
    line: 'match(pathOfTarget(request.url ?? ""))',
    mutants: ['"Stryker was here!"'],
    reason: hasTarget,
  },
  {
    file: "adapters/fastify.ts",
    line: "if (mismatch === undefined) done();",
    mutants: ["false"],
    reason: "`fail` passes `undefined` on, which is no error",
  },
  {
    file: "adapters/fastify.ts",
    line: "(error) => void reply.send(error)",
    mutants: ["() => undefined"],
    reason: "the check throws nothing but an AuthError",
  },
  {
    file: "adapters/nestjs.ts",
    line: "if (owner !== undefined) refuseMisfit(",
    mutants: ["true"],
    reason: shortcut,
  },
  {
    file: "adapters/nestjs/levels.ts",
    line: 'return "required";',
    mutants: ['""'],
    reason: anyOther,
  },
  {
    file: "adapters/nestjs/levels.ts",
    line: '"optional" : "required";',
    mutants: ['""'],
    reason: anyOther,
  },
  {
    file: "adapters/node.ts",
    line: 'request.method ?? "", pathOfTarget(target',
    mutants: ['"Stryker was here!"'],
    reason: hasMethod,
  },
  {
    file: "adapters/fetch.ts",
    line: 'url) ?? "")',
    mutants: ['"Stryker was here!"'],
    reason: "any text that is not the path of the metadata works",
  },
  {
    file: "adapters/fetch.ts",
    line: 'if (typeof context?.waitUntil === "function")',
    mutants: ["context.waitUntil(work)"],
    reason: "for the type: it was a function a moment before",
  },
  {
    file: "adapters/fetch.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "an empty block returns `undefined` as well",
  },
  {
    file: "adapters/h3.ts",
    line: "(H3Event as { __is_event__?: unknown })",
    mutants: ["false"],
    reason: "only h3 1 under the name `h3` gets there",
  },
  {
    file: "adapters/h3.ts",
    line: '"This is the guard for h3 2.',
    mutants: ['""'],
    reason: "only h3 1 under the name `h3` gets there",
  },
  {
    file: "adapters/h3/rules.ts",
    line: 'const noRules: Rules = { access: "required"',
    mutants: ["{}", '""'],
    reason: "for the type: without any rules, the guard requires a token and no more",
  },
  {
    file: "adapters/h3/rules.ts",
    line: "if (meta === undefined) return noRules;",
    mutants: ["false"],
    reason: hasMeta,
  },
  {
    file: "adapters/h3/rules.ts",
    line: 'function read({ route = ""',
    mutants: ['"Stryker was here!"'],
    reason: "for the type: h3's own routes have a pattern",
  },
  {
    file: "adapters/h3-v1.ts",
    line: 'req.method ?? "", pathOfTarget(target)',
    mutants: ['"Stryker was here!"'],
    reason: hasMethod,
  },
  {
    file: "adapters/h3/inner-routes.ts",
    line: 'super("usher refused this request.")',
    mutants: ['""'],
    reason: "a text for people who debug an app",
  },
  {
    file: "adapters/h3-v1/params.ts",
    line: '!value.includes("%")',
    mutants: ['""'],
    reason: shortcut,
  },
  {
    file: "adapters/hono.ts",
    line: "const base = app.routes.at(-1)",
    mutants: ['"Stryker was here!"'],
    reason: "for the type: the guard's own middleware is the last route",
  },
  {
    file: "adapters/hono.ts",
    line: "const ownerParams = path === undefined",
    mutants: ["false"],
    reason: "without a path, the table finds the same",
  },
  {
    file: "adapters/nestjs.ts",
    line: 'if (typeof pattern !== "string")',
    mutants: ["false"],
    reason: "only another version of Nest provides no path",
  },
  {
    file: "adapters/nestjs.ts",
    line: '"usher supports Nest 11 and 12',
    mutants: ['""'],
    reason: "only another version of Nest provides no path",
  },
  {
    file: "adapters/nestjs.ts",
    line: "if (ofHost.length === 0) return",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "adapters/nestjs/backchannel-logout.ts",
    line: '(prototype, "receive", descriptor);',
    mutants: ['""'],
    reason: "Nest's decorators write to the function, and do not read its name",
  },
  {
    file: "adapters/trpc/input.ts",
    line: "const top: Trail = [];",
    mutants: ['["Stryker was here"]'],
    reason: "no owner field has a parent of this name",
  },
  {
    file: "adapters/trpc/input.ts",
    line: "for (const name of isList ? Object.keys(value)",
    mutants: ["false"],
    reason: "a shortcut: a list's own properties are its indexes and `length`",
  },
  {
    file: "adapters/trpc/input.ts",
    line: "if (isContainer(inner)) open.push([inner, place]);",
    mutants: ["true"],
    reason: "it is asked again when it is its turn",
  },
  {
    file: "adapters/trpc/live.ts",
    line: "const access = { params: {}, ownerParams: [] };",
    mutants: ["{}", '["Stryker was here"]'],
    reason: "it is read when a token is renewed, and nothing renews these",
  },
  {
    file: "adapters/websocket.ts",
    line: 'namesOtherConnection(request.url ?? "")',
    mutants: ['"Stryker was here!"'],
    reason: hasTarget,
  },
  {
    file: "adapters/websocket/sessions.ts",
    line: "const [first = { params: {}, ownerParams: [] }] = accesses;",
    mutants: ['["Stryker was here"]'],
    reason: "only its parameters are read: a renewal is checked against the list itself",
  },
  {
    file: "adapters/fastify.ts",
    line: "app.decorateRequest(patternSlot, undefined);",
    mutants: [";"],
    reason: oneShape,
  },
  {
    file: "adapters/fastify.ts",
    line: "app.decorateRequest(rulesSlot, undefined);",
    mutants: [";"],
    reason: oneShape,
  },
  {
    file: "adapters/fastify.ts",
    line: "const owner = request[rulesSlot]?.owner;",
    mutants: ["request[rulesSlot].owner"],
    reason: hasRules,
  },
  {
    file: "adapters/fastify.ts",
    line: "const access = request[rulesSlot]?.access;",
    mutants: ["request[rulesSlot].access"],
    reason: hasRules,
  },
  {
    file: "adapters/hono.ts",
    line: "const base = app.routes.at(-1)",
    mutants: ["app.routes.at(-1).path", "/\\/\\*/"],
    reason:
      "a handler that the guard does not take for its own is checked if the guard has accepted the request",
  },
  {
    file: "adapters/hono.ts",
    line: "if (rule !== undefined && path !== undefined) {",
    mutants: ["true"],
    reason: "a shortcut: without a rule, there is nothing that could misfit",
  },
  {
    file: "adapters/hono.ts",
    line: "const all = admissions.get(context)?.ownerParams",
    mutants: ["admissions.get(context).ownerParams", '["Stryker was here"]'],
    reason: "for the type: a request that a guard has accepted has an admission",
  },
  {
    file: "adapters/hono/owner.ts",
    line: "ownerParamsOf.set(router, [",
    mutants: ['["Stryker was here"]'],
    reason: noSuchParameter,
  },
  {
    file: "adapters/hono/owner.ts",
    line: "const held = [router, handlerOf(handler)]",
    mutants: ['["Stryker was here"]'],
    reason: noSuchParameter,
  },
  {
    file: "adapters/hono/owner.ts",
    line: "ownerParamsOf.set(guarded, [",
    mutants: ['["Stryker was here"]'],
    reason: noSuchParameter,
  },
  {
    file: "adapters/trpc.ts",
    line: "const raw = getRawInput === admitted.getRawInput",
    mutants: ["false"],
    reason: "a shortcut: the raw input was checked before",
  },
  {
    file: "adapters/trpc/owner-fields.ts",
    line: "if (longest < 2) return none;",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "adapters/trpc/owner-fields.ts",
    line: "if (!lasts.has(folded)) return none;",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "adapters/trpc/input.ts",
    line: "if (ownerParams.length === 0) return () => {};",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "adapters/trpc/subscription.ts",
    line: "resolve(values.return?.())",
    mutants: ["values.return()"],
    reason: "an exception is caught, as a rejection is",
  },
  {
    file: "adapters/trpc/procedure.ts",
    line: 'return typeof value === "object" && value !== null',
    mutants: ["true"],
    reason: "tRPC's builders are the only objects that get there, and have `use`",
  },
];
