import {
  type PolicySettings,
  type PrincipalSettings,
  policyTime,
  runPolicy,
  runScopes,
} from "../run/policies.ts";
import { complete, type VectorFile } from "./vector-file.ts";

const write: readonly PolicySettings[] = [{ scopes: ["tasks:write"] }];
const both: readonly PolicySettings[] = [{ scopes: ["tasks:read", "tasks:write"] }];
const admin: readonly PolicySettings[] = [{ claim: "role", equals: "admin" }];
const no = "scope_insufficient";

const fresh: readonly PolicySettings[] = [{ recentSignIn: 300 }];
const own: readonly PolicySettings[] = [{ impersonation: false }];
const role: readonly PolicySettings[] = [{ organizationRoles: ["owner", "admin"] }];
const ofClients: readonly PolicySettings[] = [{ clientScopes: ["tasks:write"] }];
const machine: PrincipalSettings = { id: "client-1", kind: "client", clientId: "client-1" };
const old = "reauthentication_required";
const acted = "impersonation_forbidden";
const time = policyTime;

type PolicyCase = readonly [
  name: string,
  readonly PolicySettings[],
  claims: Record<string, unknown>,
  expect: string,
  principal?: PrincipalSettings,
];

const policies: readonly PolicyCase[] = [
  ["no policies", [], {}, "accepted"],
  ["the scope alone", write, { scope: "tasks:write" }, "accepted"],
  ["the scope among others", write, { scope: "tasks:read tasks:write x" }, "accepted"],
  ["the scope between several spaces", write, { scope: "a  tasks:write  b" }, "accepted"],
  ["the scope in a list", write, { scope: ["x", "tasks:write"] }, "accepted"],
  ["no scope", write, {}, no],
  ["an empty scope", write, { scope: "" }, no],
  ["another scope", write, { scope: "tasks:read" }, no],
  ["a longer scope", write, { scope: "tasks:writer" }, no],
  ["a shorter scope", write, { scope: "tasks:writ" }, no],
  ["the scope in another case", write, { scope: "TASKS:WRITE" }, no],
  ["scopes with a comma", write, { scope: "tasks:read,tasks:write" }, no],
  ["scopes with a tab", write, { scope: "tasks:read\ttasks:write" }, no],
  ["scopes with a line feed", write, { scope: "tasks:read\ntasks:write" }, no],
  ["scopes with a no-break space", write, { scope: "tasks:read\u00a0tasks:write" }, no],
  ["a list with scopes in one text", write, { scope: ["tasks:read tasks:write"] }, no],
  ["a list of lists", write, { scope: [["tasks:write"]] }, no],
  ["scope is null", write, { scope: null }, no],
  ["scope is a number", write, { scope: 1 }, no],
  ["scope is true", write, { scope: true }, no],
  ["scope is an object", write, { scope: { "tasks:write": true } }, no],
  [
    "the claims scp, scopes and permissions",
    write,
    { scp: "tasks:write", scopes: ["tasks:write"], permissions: ["tasks:write"] },
    no,
  ],
  ["a star", write, { scope: "*" }, no],
  ["a wildcard", write, { scope: "tasks:*" }, no],
  ["both of two scopes", both, { scope: "tasks:write tasks:read" }, "accepted"],
  ["one of two scopes", both, { scope: "tasks:write" }, no],
  ["a claim with the value", admin, { role: "admin" }, "accepted"],
  ["a claim with another value", admin, { role: "user" }, no],
  ["a claim in another case", admin, { role: "Admin" }, no],
  ["a claim in a list", admin, { role: ["admin"] }, no],
  ["no claim", admin, {}, no],
  ["a claim that must be true", [{ claim: "staff", equals: true }], { staff: true }, "accepted"],
  ["a text where true is required", [{ claim: "staff", equals: true }], { staff: "true" }, no],
  ["1 where true is required", [{ claim: "staff", equals: true }], { staff: 1 }, no],
  [
    "two policies, and both accept",
    [...write, ...admin],
    { scope: "tasks:write", role: "admin" },
    "accepted",
  ],
  ["two policies, and the first rejects", [...write, ...admin], { role: "admin" }, no],
  ["a sign-in now", fresh, { auth_time: time }, "accepted"],
  ["the oldest sign-in", fresh, { auth_time: time - 300 }, "accepted"],
  ["a sign-in that is too old", fresh, { auth_time: time - 301 }, old],
  ["a sign-in that is too old by a fraction", fresh, { auth_time: time - 300.5 }, old],
  ["no time of the sign-in", fresh, { iat: time }, old],
  ["the time of the sign-in as text", fresh, { auth_time: String(time) }, old],
  ["the time of the sign-in is null", fresh, { auth_time: null }, old],
  ["the time of the sign-in is true", fresh, { auth_time: true }, old],
  ["the time of the sign-in in a list", fresh, { auth_time: [time] }, old],
  ["a sign-in a minute ahead", fresh, { auth_time: time + 60 }, "accepted"],
  ["a sign-in more than a minute ahead", fresh, { auth_time: time + 61 }, old],
  ["the time of the sign-in in milliseconds", fresh, { auth_time: time * 1000 }, old],
  ["no impersonation", own, {}, "accepted"],
  ["an impersonation", own, {}, acted, { actorId: "admin" }],
  ["an impersonation by no one that is named", own, {}, acted, { actorId: "" }],
  ["a role in the organization", role, { org: "acme", org_role: "admin" }, "accepted"],
  ["a role in a list", role, { org: "acme", org_role: ["member", "owner"] }, "accepted"],
  ["another role", role, { org: "acme", org_role: "member" }, no],
  ["a role in another case", role, { org: "acme", org_role: "Admin" }, no],
  ["roles in one text", role, { org: "acme", org_role: "admin,member" }, no],
  ["a role without an organization", role, { org_role: "admin" }, no],
  ["a role with an empty organization", role, { org: "", org_role: "admin" }, no],
  ["the user's own role", role, { org: "acme", role: "admin" }, no],
  ["scopes of clients, and a user's own session", ofClients, {}, "accepted"],
  ["scopes of clients, and a client for a user", ofClients, { scope: "tasks:read" }, no, { clientId: "app" }],
  ["the same, with the scope", ofClients, { scope: "tasks:write" }, "accepted", { clientId: "app" }],
  ["scopes of clients, and a client for itself", ofClients, {}, no, machine],
  ["two policies, and the second rejects", [...write, ...admin], { scope: "tasks:write" }, no],
];

/** Scopes that a policy may name (RFC 6749 section 3.3), and what it must refuse. */
const scopes: readonly (readonly [name: string, scopes: readonly string[], startsUp: boolean])[] = [
  ["one scope", ["tasks:write"], true],
  ["two scopes", ["a", "b"], true],
  ["every character that a scope may have", ["!#$%&'()*+,-./:;<=>?@[]^_`{|}~"], true],
  ["no scope", [], false],
  ["an empty scope", [""], false],
  ["two scopes in one text", ["a b"], false],
  ["a quote", ['a"'], false],
  ["a backslash", ["a\\"], false],
  ["a line feed", ["a\n"], false],
  ["a letter outside ASCII", ["\u00e9"], false],
];

export async function policiesFile(): Promise<VectorFile> {
  const cases = policies.map(([name, list, claims, expect, principal]) => ({
    name,
    policies: list,
    claims,
    ...(principal && { principal }),
    expect,
  }));
  const scopeVectors = scopes.map(async ([name, list, expected]) => {
    const outcome = await runScopes({ name, scopes: list });
    if (outcome.startsUp !== expected) throw new Error(`"${name}": expected startsUp to be ${expected}`);
    return { name, scopes: list, ...outcome };
  });
  return {
    name: "policies",
    description: "The policies of a route, the claims of a valid token, and the verdict.",
    content: {
      now: policyTime,
      vectors: await complete(cases, runPolicy),
      scopes: await Promise.all(scopeVectors),
    },
  };
}
