import type { Rule } from "./rule.ts";

/** Who else may call a route: organizations, exceptions, optional tokens and OAuth clients. */
export const callerRules: readonly Rule[] = [
  {
    id: "claim-owner",
    text: "An owner parameter of another claim is compared with that claim",
    kept: [["access/owner.ts", "return ids === value", "return true"]],
  },
  {
    id: "claim-owner-types",
    text: "An owner that is not text matches nothing, alone or in a list",
    kept: [
      ["access/owner.ts", "return ids === value", "return String(ids) === value"],
      ["access/owner.ts", ' && ids.every((id) => typeof id === "string")', ""],
    ],
  },
  {
    id: "owner-function",
    text: "An owner function that throws or returns a promise matches nothing",
    kept: [
      [
        "access/owner.ts",
        "if (ignorePromise(ids)) return",
        "if (ignorePromise(ids)) return undefined;\nif (ids === null) return",
      ],
    ],
  },
  {
    id: "exception-stated",
    text: "Without a stated exception, no one but the owner is admitted",
    kept: [["access/owner-exceptions.ts", "if (others.length === 0) throw ownerMismatch(place);", ""]],
  },
  {
    id: "exception-all",
    text: "An exception admits those who satisfy all of its policies",
    kept: [
      [
        "access/owner-exceptions.ts",
        'if (refusal.code !== "reauthentication_required") throw',
        "continue;\nthrow",
      ],
    ],
  },
  {
    id: "exception-params",
    text: "An exception is for the parameters that it names, and for no other",
    kept: [
      [
        "access/owner-exceptions.ts",
        'if (!waived.includes(place.name)) throw ownerMismatch(place, ", and the route\'s rule is not for it");',
        "",
      ],
    ],
  },
  {
    id: "exception-reported",
    text: "Each path that an exception opens is reported, and once",
    kept: [
      [
        "access/reports.ts",
        "return !known.has(key) && known.add(key);",
        "return known.size === 0 && known.add(key);",
      ],
    ],
  },
  {
    id: "client-is-no-user",
    text: "An OAuth client is not taken for a user, even if its id is equal",
    kept: [
      ["access/owner.ts", "isUser && ", ""],
      ["access/owner-exceptions.ts", 'if (principal.kind === "client")', 'if (principal.id === "")'],
    ],
  },
  {
    id: "client-admitted",
    text: "An OAuth client needs the route's leave, even for its own organization",
    kept: [["access/owner-exceptions.ts", "if (policies.length === 0) {", "if (false) {"]],
  },
  {
    id: "client-organization",
    text: "An OAuth client is restricted to its organization",
    kept: [["access/owner-exceptions.ts", "if (place.owner !== subject) throw ownerMismatch(place);", ""]],
  },
  {
    id: "optional-token",
    text: "A token that is optional must be valid if it is sent",
    kept: [
      [
        "access/guard.ts",
        "return admit({ ...request, params: {}, ownerParams: [] });",
        "try {\n return admit({ ...request, params: {}, ownerParams: [] });\n} catch {\n return null;\n}",
      ],
    ],
  },
  {
    id: "impersonation",
    text: "An impersonated session is recognised by the token, whatever a schema drops",
    kept: [
      [
        "policies/impersonation.ts",
        "({ actorId }: Principal<unknown>) => actorId",
        "({ claims }: Principal<unknown>) => (claims as { act?: unknown }).act",
      ],
    ],
  },
  {
    id: "future-sign-in",
    text: "A sign-in in the future is not recent",
    kept: [["policies/recent-sign-in.ts", "age >= -clockSkew && ", ""]],
  },
  {
    id: "unknown-sign-in",
    text: "A sign-in at an unknown time is not recent",
    kept: [
      [
        "policies/recent-sign-in.ts",
        'if (typeof signedInAt !== "number") return false;',
        'if (typeof signedInAt !== "number") return true;',
      ],
    ],
  },
  {
    id: "policy-answers",
    text: "A policy cannot invent an answer",
    kept: [["access/policies.ts", "if (refusalCodes.includes(code))", ""]],
  },
  {
    id: "challenge-text",
    text: "Only scopes reach a challenge, and no other text of the application",
    kept: [["http/refusals.ts", " && scopes.every(isScope)", ""]],
  },
];
