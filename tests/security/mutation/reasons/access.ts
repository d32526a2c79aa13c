import { type Reason, shortcut } from "./reason.ts";

/** Mutants of access rules, sockets and the environment. */
export const accessReasons: readonly Reason[] = [
  {
    file: "mcp/tool-guard.ts",
    line: "const needed = policies.flatMap((policy) => readRefusal(policy)?.scopes ?? []);",
    mutants: ['["Stryker was here"]'],
    reason: "a scope contains no space",
  },
  {
    file: "mcp/tool-guard.ts",
    line: "if (challenge === undefined || challenge.includes",
    mutants: ["false"],
    reason: "for the type: what rejects a tool has a challenge",
  },
  {
    file: "env.ts",
    line: "parseSecretVersions(env.BETTER_AUTH_SECRETS)[0]?.value",
    mutants: ["parseSecretVersions(env.BETTER_AUTH_SECRETS)[0].value"],
    reason: "a parsed URL has an entry",
  },
  {
    file: "access/request-facts.ts",
    line: "const described = read?.(request) ?? {};",
    mutants: ["read(request)"],
    reason: "a description that fails is like none",
  },
  {
    file: "env.ts",
    line: "if (!issuer || !scopes) return undefined;",
    mutants: ["!issuer && !scopes"],
    reason: "one without the other was rejected before",
  },
  {
    file: "access/owner-exceptions.ts",
    line: "const waived = rule?.params",
    mutants: ['["Stryker was here"]'],
    reason: "no owner parameter has this name",
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
    file: "access/refusal-log.ts",
    line: '? code : "other"',
    mutants: ['""'],
    reason: "an empty text is not a code either, so it counts the same refusals",
  },
  {
    file: "access/refusal-log.ts",
    line: 'status >= 500 ? "warn" : "info"',
    mutants: ["status > 500"],
    reason: "no refusal has the status 500",
  },
  {
    file: "access/reports.ts",
    line: "host.logger?.(request)",
    mutants: ["host.logger(request)"],
    reason: "the log goes to standard error without a logger, and also if the search for one throws",
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
    line: "if (isClosing || number < counting) return;",
    mutants: ["number <= counting"],
    reason: "a renewal is accepted once",
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
