import { type CallerVector, type RuleSettings, runCaller } from "../run/callers.ts";
import type { PrincipalSettings } from "../run/policies.ts";
import { policyTime } from "../run/policies.ts";
import { complete, type VectorFile } from "./vector-file.ts";

type Claims = CallerVector["claims"];
type CallerCase = readonly [
  name: string,
  params: CallerVector["params"],
  claims: Claims,
  expect: string,
  rule?: RuleSettings | undefined,
  principal?: PrincipalSettings,
];

const no = "owner_mismatch";
const org = { orgId: "acme" };
const alice = { userId: "alice" };
const bob = { userId: "bob" };
const member = { orgId: "acme", userId: "bob" };
const support: RuleSettings = { or: [{ claim: "role", equals: "support" }] };
const admin: RuleSettings = { or: [{ organizationRoles: ["admin"] }], params: ["userId"] };
const recent: RuleSettings = { or: [{ recentSignIn: 300 }, { claim: "role", equals: "support" }] };
const sync: RuleSettings = { clients: [{ scopes: ["tasks:sync"] }] };
const machine = { id: "client-1", kind: "client", clientId: "client-1" } as const;
const granted = { scope: "tasks:sync" };
const isSupport = { role: "support" };

const cases: readonly CallerCase[] = [
  ["a claim that equals the parameter", org, { org: "acme" }, "accepted"],
  ["a claim with another value", org, { org: "globex" }, no],
  ["a claim in another case", org, { org: "Acme" }, no],
  ["a claim that is absent", org, {}, no],
  ["a claim that is null", org, { org: null }, no],
  ["a claim that is empty", org, { org: "" }, no],
  ["a claim that is empty, and an empty parameter", { orgId: "" }, { org: "" }, no],
  ["a claim that is a number", { orgId: "7" }, { org: 7 }, no],
  ["a claim that is true", { orgId: "true" }, { org: true }, no],
  ["a claim that is an object", org, { org: { acme: true } }, no],
  ["a list with the value", org, { org: ["globex", "acme"] }, "accepted"],
  ["a list without the value", org, { org: ["globex"] }, no],
  ["an empty list", org, { org: [] }, no],
  ["a list in a list", org, { org: [["acme"]] }, no],
  ["a list with the value and a number", org, { org: ["acme", 7] }, no],
  ["the user's id as an organization", { orgId: "alice" }, { org: "acme" }, no],
  ["a claim of the parameter's name", org, { orgId: "acme" }, no],
  ["both parameters", { ...org, ...alice }, { org: "acme" }, "accepted"],
  ["both parameters, and another user", member, { org: "acme" }, no],
  ["both parameters, and another organization", { orgId: "globex", ...alice }, { org: "acme" }, no],
  ["no owner parameter", { taskId: "7" }, {}, "accepted"],
  ["an exception without its claim", bob, {}, no, support],
  ["an exception", bob, isSupport, "accepted", support],
  ["an exception, on the own path", alice, {}, "accepted", support],
  ["an exception for another route", bob, isSupport, no],
  ["an exception for an empty parameter", { userId: "" }, isSupport, no, support],
  ["all policies but one", bob, isSupport, no, { or: [...(support.or ?? []), { scopes: ["a"] }] }],
  [
    "all policies",
    bob,
    { ...isSupport, scope: "a" },
    "accepted",
    { or: [...(support.or ?? []), { scopes: ["a"] }] },
  ],
  ["an exception for one of two parameters", member, { org: "acme", org_role: "admin" }, "accepted", admin],
  [
    "the same, in another organization",
    { ...member, orgId: "globex" },
    { org: "acme", org_role: "admin" },
    no,
    admin,
  ],
  ["the same, with another role", member, { org: "acme", org_role: "member" }, no, admin],
  ["two parameters, and the rule names none", member, { org: "acme", ...isSupport }, no, support],
  [
    "an old sign-in only",
    bob,
    { ...isSupport, auth_time: policyTime - 301 },
    "reauthentication_required",
    recent,
  ],
  ["an old sign-in, and no role", bob, { auth_time: policyTime - 301 }, no, recent],
  ["a recent sign-in, and the role", bob, { ...isSupport, auth_time: policyTime - 300 }, "accepted", recent],
  ["a client on its own id", { userId: "client-1" }, granted, no, undefined, machine],
  ["a client, and an exception for users", bob, isSupport, no, support, machine],
  ["a client in its organization, without a rule", org, { org: "acme" }, no, undefined, machine],
  ["a client that is admitted", alice, granted, "accepted", sync, machine],
  ["a client without the scope", alice, {}, "scope_insufficient", sync, machine],
  ["a client in its organization", org, { ...granted, org: "acme" }, "accepted", sync, machine],
  ["a client in another organization", org, { ...granted, org: "globex" }, no, sync, machine],
  [
    "a client for a member of its organization",
    member,
    { ...granted, org: "acme" },
    "accepted",
    sync,
    machine,
  ],
  ["a client for a member of another one", member, { ...granted, org: "globex" }, no, sync, machine],
  ["a client on a path without an owner", {}, {}, "accepted", undefined, machine],
  ["a user, and an exception for clients", bob, granted, no, sync],
  [
    "a client that acts for a user, on the user's path",
    alice,
    granted,
    "accepted",
    undefined,
    { clientId: "app" },
  ],
  ["a client that acts for a user, on another path", bob, granted, no, sync, { clientId: "app" }],
];

export async function callersFile(): Promise<VectorFile> {
  const owners = { userId: "sub", orgId: "org" };
  const vectors = cases.map(([name, params, claims, expect, rule, principal]) => ({
    name,
    owners,
    params,
    claims,
    ...(principal && { principal }),
    ...(rule && { rule }),
    expect,
  }));
  return {
    name: "callers",
    description: "A principal at a route with owner parameters, the route's exceptions, and the verdict.",
    content: { now: policyTime, vectors: await complete(vectors, runCaller) },
  };
}
