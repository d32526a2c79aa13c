import type { Reason } from "./reason.ts";

const shortcut = "a shortcut, which only saves work";
const onlyOnBun =
  "Elysia has WebSockets on Bun alone, and mutants are tried on Node: packages/verify/integration/elysia-sockets.test.ts";
const nobody = "any value that is nobody's id will do";
const hasTarget = "a request that a server got has a target; only its type says that it may be absent";

/** Why no test can tell these mutants of adapters, and of what they share, from the code. */
export const adapterReasons: readonly Reason[] = [
  {
    file: "adapters/elysia/routes.ts",
    line: "const count = current.reduce",
    mutants: ["sum - routes.length"],
    reason: "only whether the count has changed is asked",
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
    reason: "h3 gives every route a `meta`; only its type says that it may be absent",
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
    reason: "the parameter is there, since it was looked at before",
  },
  { file: "adapters/h3.ts", line: "} catch {", mutants: ["{}"], reason: nobody },
  { file: "adapters/h3.ts", line: 'return "";', mutants: ['"Stryker was here!"'], reason: nobody },
  {
    file: "adapters/nestjs.ts",
    line: "request.route?.path",
    mutants: ["request.route.path"],
    reason: "Nest asks its guards about routes alone, and on Express each has a `route`",
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
    reason: "every status that a refusal can have is in the table",
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
    reason: "what parses has an entry",
  },
  {
    file: "keys/secret/secret-versions.ts",
    line: "const match = ",
    mutants: ["/^\\s*(\\d+):\\s*(\\S(?:.*\\S)?)\\s*/s"],
    reason: "the group before takes everything up to the last character that is no space",
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
    reason: "what stands in the place of an escaped colon ends no name and begins none",
  },
  {
    file: "websocket/raw-answer.ts",
    line: 'frame.write(reason, 4, "latin1");',
    mutants: ['""'],
    reason: "a reason is ASCII, which is the same in Node's usual encoding, UTF-8",
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
