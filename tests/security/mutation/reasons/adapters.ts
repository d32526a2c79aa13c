import type { Reason } from "./reason.ts";

const shortcut = "a shortcut, which only saves work";
const onlyOnBun =
  "Elysia only has WebSockets on Bun, and mutants run on Node: packages/verify/integration/elysia-sockets.test.ts";
const nobody = "any value that is no user's id works";
const hasTarget = "a received request always has a target; only the type allows none";

/** Why no test can detect these mutants of adapters and their shared code. */
export const adapterReasons: readonly Reason[] = [
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
    file: "adapters/elysia/routes.ts",
    line: "const methods = [method",
    mutants: ["true", "false", 'method !== "GET"', '""', "[]"],
    reason: onlyOnBun,
  },
  {
    file: "adapters/h3.ts",
    line: "route?.meta?.",
    mutants: ["route?.meta.public", "route?.meta.policies"],
    reason: "h3 gives every route a `meta`; only the type allows none",
  },
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
    line: "request.route?.path",
    mutants: ["request.route.path"],
    reason: "Nest calls guards only for routes, and on Express each has a `route`",
  },
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
    file: "env.ts",
    line: "parseSecretVersions(env.BETTER_AUTH_SECRETS)[0]?.value",
    mutants: ["parseSecretVersions(env.BETTER_AUTH_SECRETS)[0].value"],
    reason: "a parsed URL has an entry",
  },
  {
    file: "keys/secret/secret-versions.ts",
    line: "const match = ",
    mutants: ["/^\\s*(\\d+):\\s*(\\S(?:.*\\S)?)\\s*/s"],
    reason: "the group before it matches up to the last character that is not a space",
  },
  {
    file: "keys/secret/secret-versions.ts",
    line: "match[2] === undefined",
    mutants: ["false"],
    reason: "a match has both groups; the check is for the compiler",
  },
  {
    file: "access/path-pattern.ts",
    line: 'const parts = typeof path === "string"',
    mutants: ['["Stryker was here"]'],
    reason: "no pattern begins like this either",
  },
  {
    file: "access/path-pattern.ts",
    line: 'if (!segment.includes("%"))',
    mutants: ["false", '""'],
    reason: shortcut,
  },
  {
    file: "access/path-pattern.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "an empty block returns `undefined` as well",
  },
  {
    file: "access/route-table.ts",
    line: 'url.replaceAll("::", "")',
    mutants: ['"Stryker was here!"'],
    reason: "the replacement of an escaped colon neither ends nor begins a name",
  },
  {
    file: "websocket/raw-answer.ts",
    line: 'frame.write(reason, 4, "latin1");',
    mutants: ['""'],
    reason: "a reason is ASCII, which is the same in UTF-8, Node's default",
  },
  {
    file: "websocket/session.ts",
    line: "bytes.length < prefix.length",
    mutants: ["false"],
    reason: shortcut,
  },
  {
    file: "websocket/subprotocol.ts",
    line: "const offered = field?.split",
    mutants: ['["Stryker was here"]'],
    reason: "only `bearer` is looked for",
  },
];
