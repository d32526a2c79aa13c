import { type Reason, shortcut } from "./reason.ts";

/** Mutants of access rules, sockets and the environment. */
export const accessReasons: readonly Reason[] = [
  {
    file: "env.ts",
    line: "parseSecretVersions(env.BETTER_AUTH_SECRETS)[0]?.value",
    mutants: ["parseSecretVersions(env.BETTER_AUTH_SECRETS)[0].value"],
    reason: "a parsed URL has an entry",
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
