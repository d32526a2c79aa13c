import { expect, test } from "vitest";
import {
  organizationTokens,
  type Rule,
  sound,
  startOrganizations,
  tokenOfClient,
  tokenOfMember,
  tokenOfSupport,
} from "../support/organizations.ts";
import { reportOf, runAudit } from "../support/run-audit.ts";

const byFlag = ["--owner-param", "userId", "--owner-param", "orgId=org"];
const stated = { owners: { userId: "sub", orgId: "org" } };

async function audit(
  rule: Rule,
  { words = byFlag, rules, tokens = {} }: { words?: string[]; rules?: object; tokens?: object } = {},
) {
  const document = await startOrganizations(rule, rules);
  const run = await runAudit([document, "--json", ...words], { ...organizationTokens, ...tokens });
  const report = run.output === "" ? undefined : reportOf(run);
  const checks = report?.operations[0]?.checks ?? [];
  const resultOf = (id: string) => checks.find(({ check }) => check === id);
  return {
    run,
    report,
    resultOf,
    failed: checks.filter(({ verdict }) => verdict === "failed").map(({ check, says }) => [check, says]),
  };
}

test.each([
  ["given twice", { words: byFlag }],
  ["in one list", { words: ["--owner-param", "userId=sub,orgId=org"] }],
  ["stated by the document", { words: [], rules: stated }],
])("an API that compares both owners passes, with owner parameters %s", async (_how, options) => {
  const { run, failed, report } = await audit(sound, { ...options, tokens: tokenOfMember });
  expect(failed).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(report?.operations[0]).toMatchObject({ owners: { userId: "sub", orgId: "org" } });
  expect(report?.notes).toEqual([]);
});

test("finds one's own user id in another organization", async () => {
  const { failed } = await audit((caller, { user }) => caller.sub === user);
  expect(failed).toEqual([["other_owner", "A's token on A's own path, with B's orgId"]]);
});

test("finds a member's notes for another member of the organization, with a third token", async () => {
  const leak: Rule = (caller, { org }) => caller.org === org;
  const { failed, resultOf } = await audit(leak, { tokens: tokenOfMember });
  expect(failed).toEqual([["other_owner", "A's token on A's own path, with C's userId"]]);
  expect(resultOf("other_owner")).toMatchObject({ severity: "error" });
});

test("says what it does not try without a third token", async () => {
  const { report } = await audit(sound);
  expect(report?.notes).toEqual([
    "Not tried: the data of another member of A's organization. Add --token-c with the token of such a member.",
  ]);
});

test("says that another organization was not tried if both users have the same", async () => {
  const tokens = { ...tokenOfMember, USHER_TOKEN_B: tokenOfMember.USHER_TOKEN_C, USHER_TOKEN_C: "" };
  const { report } = await audit(sound, { tokens });
  expect(report?.notes[0]).toMatch(/^Not tried: another `org`, because B has no id in it that A does not/);
});

test("chooses of a list an id that only one user has", async () => {
  const isMember: Rule = ({ sub, orgs }, ids) =>
    sub === ids.user && (orgs ?? []).some((one) => (typeof one === "string" ? one : one.id) === ids.org);
  const words = ["--owner-param", "userId,orgId=orgs"];
  expect((await audit(isMember, { words })).failed).toEqual([]);
  const { failed } = await audit(({ sub }, ids) => sub === ids.user, { words });
  expect(failed).toEqual([["other_owner", "A's token on A's own path, with B's orgId"]]);
});

test("finds a parameter that is compared in one spelling only, beside one that is compared correctly", async () => {
  const leak: Rule = (caller, { org, user }) =>
    caller.sub === user && (caller.org === org || (org !== "globex" && decodeURIComponent(org) === "globex"));
  const { failed } = await audit(leak);
  expect(failed).toEqual([
    ["path_spelling", "A's token on A's own path with B's orgId, B's id percent-encoded"],
  ]);
});

test("does not run with a claim that a token lacks", async () => {
  const { run } = await audit(sound, { words: ["--owner-param", "orgId=tenant"] });
  expect(run).toMatchObject({ exitCode: 2, errors: expect.stringMatching(/no id in the claim `tenant`/) });
});

test("names an owner that the document states by a function", async () => {
  const { report } = await audit(sound, { words: [], rules: { owners: { orgId: "organizationsOf" } } });
  expect(report?.notes[0]).toMatch(/^Not tried: another owner in orgId, which the document compares with no/);
});

const isSupport = ({ role }: { role?: string }) => role === "support";
const soundOrSupport: Rule = (caller, ids) => sound(caller, ids) || isSupport(caller);
const supportRule = { exceptions: ["or role support"], exceptionParams: ["userId", "orgId"] };

test("shows a stated exception, and that it is used", async () => {
  const { run, failed, report, resultOf } = await audit(soundOrSupport, {
    rules: supportRule,
    tokens: { ...tokenOfMember, ...tokenOfSupport },
  });
  expect(failed).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(resultOf("exception")).toMatchObject({
    verdict: "accepted",
    reason: "answered 200: owner, or role support (stated exception)",
  });
  expect(report?.notes).toContain(
    "owner, or role support (stated exception): GET /orgs/{orgId}/members/{userId}/notes.",
  );
});

test("finds an exception where none is stated", async () => {
  const { failed, resultOf } = await audit(soundOrSupport, { tokens: tokenOfSupport });
  expect(failed).toEqual([["exception", "the exception token on A's path"]]);
  expect(resultOf("exception")).toMatchObject({ severity: "error" });
});

test("finds an exception that reaches further than it states", async () => {
  const rules = { exceptions: ["or role support"], exceptionParams: ["userId"] };
  const { failed } = await audit(soundOrSupport, { rules, tokens: tokenOfSupport });
  expect(failed).toEqual([["exception", "the exception token on A's path, with B's orgId"]]);
});

test("is unclear if no exception token is accepted where an exception is stated", async () => {
  const { run, resultOf } = await audit(sound, { rules: supportRule, tokens: tokenOfSupport });
  expect(resultOf("exception")).toMatchObject({ verdict: "unclear" });
  expect(run.exitCode).toBe(2);
});

test("takes several exception tokens, of which one is accepted", async () => {
  const both = `${tokenOfClient}\n${tokenOfSupport.USHER_EXCEPTION_TOKEN}`;
  const { failed, resultOf } = await audit(soundOrSupport, {
    rules: supportRule,
    tokens: { USHER_EXCEPTION_TOKEN: both },
  });
  expect(failed).toEqual([]);
  expect(resultOf("exception")).toMatchObject({ verdict: "accepted" });
});

test("an exception for users is none for an OAuth client that acts for itself", async () => {
  const leak: Rule = (caller, ids) => sound(caller, ids) || caller.sub === "machine";
  const { failed } = await audit(leak, {
    rules: supportRule,
    tokens: { USHER_EXCEPTION_TOKEN: tokenOfClient },
  });
  expect(failed).toEqual([["exception", "the exception token on A's path"]]);
});

test("does not try an exception without a token for it, and says so", async () => {
  const { resultOf } = await audit(sound, { rules: supportRule });
  expect(resultOf("exception")).toMatchObject({
    verdict: "skipped",
    reason: "owner, or role support (stated exception): add --exception-token to try it",
  });
});

test("text and SARIF show a stated exception", async () => {
  const document = await startOrganizations(soundOrSupport, supportRule);
  const { output } = await runAudit([document, ...byFlag], { ...organizationTokens, ...tokenOfSupport });
  expect(output).toContain("GET /orgs/{orgId}/members/{userId}/notes *");
  expect(output).toContain("* owner, or role support (stated exception)");
});
