import type { Rule } from "./rule.ts";

/** Whose token is sent, and where to. */
const rules: readonly Omit<Rule, "package">[] = [
  {
    id: "client-same-user",
    text: "A request is repeated only if the user of both tokens is known, and the same",
    kept: [["request/authorized-call.ts", "if (!haveSameUser(token, renewed)) return attempt;", ""]],
  },
  {
    id: "client-first-user",
    text: "Nothing is sent with the token of another user than the client's first",
    kept: [["token/user-tokens.ts", "if (expected !== undefined && expected !== userId)", "if (false)"]],
  },
  {
    id: "client-page-user",
    text: "Nothing is sent with the token of another user than the page was made for",
    kept: [
      [
        "token/user-tokens.ts",
        "owner.userId ?? (owner.ended ? undefined : expectedUserId())",
        "owner.userId",
      ],
    ],
  },
  {
    id: "client-on-server",
    text: "A client that users may share sends nothing",
    kept: [["client.ts", "if (!isSingleUser) throw new SharedClientError();", ""]],
  },
  {
    id: "server-no-token",
    text: "The client of a server keeps no token",
    kept: [
      [
        "server/request-tokens.ts",
        "const fetchToken = (rejected?: string) => callGetToken(getToken, { rejected }, deadline);",
        "let kept: Promise<string | undefined> | undefined;\n" +
          "const fetchToken = (rejected?: string) => (kept ??= callGetToken(getToken, { rejected }, deadline));",
      ],
    ],
  },
  {
    id: "server-no-store",
    text: "The client of a server asks its host to cache no response",
    kept: [["server/server-api.ts", "init, noStore())", "init)"]],
  },
  {
    id: "client-origin",
    text: "The token is sent to the API's origin only",
    kept: [["request/destination.ts", "if (url.origin !== base.origin) {", "if (false) {"]],
  },
  {
    id: "client-path",
    text: "The token is sent to paths below baseURL only",
    kept: [["request/destination.ts", ".startsWith(base.pathname)) {", '.startsWith("/")) {']],
  },
  {
    id: "client-plain-http",
    text: "Over http, the token is sent only to this machine and to the hosts that are named",
    kept: [["request/destination.ts", "&& !mayUseHttp(base.hostname, hosts)", "&& false"]],
  },
  {
    id: "client-redirects",
    text: "A redirect is not followed with the token",
    kept: [
      ["request/prepare-request.ts", '? "error" : "manual"', '? "follow" : "follow"'],
      ["request/send.ts", "if (!seesRedirects) requireNoRedirect(response);", ""],
    ],
  },
  {
    id: "client-sign-out",
    text: "A failure of Better Auth is not a sign-out",
    kept: [
      [
        "token/better-auth-answer.ts",
        "if (status === 401) return null;",
        "if (status !== undefined) return null;",
      ],
      [
        "token/better-auth-answer.ts",
        "isError ? status === 401 || status === 404 : hasNoSession",
        "isError || hasNoSession",
      ],
    ],
  },
];

export const clientRules: readonly Rule[] = rules.map((rule) => ({ ...rule, package: "client" }));
