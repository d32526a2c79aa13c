import { expect, test } from "vitest";
import { organizationFinding } from "../../src/doctor/api/organization-path.ts";

const acme = ["api", "orgs", "acme", "projects"];

/** What the doctor says of a path and a token with these claims. */
function finding(segments: readonly string[], claims: Record<string, unknown>, header: object = {}) {
  return organizationFinding(segments, { header: { ...header }, claims } as never);
}

test("finds that another organization, or none, is active", () => {
  expect(finding(acme, { sub: "ada", org: "globex" })?.evidence).toContain('org is "globex"');
  expect(finding(acme, { sub: "ada", org: "globex" })?.fix).toHaveLength(1);
  expect(finding(acme, { sub: "ada" })?.evidence.join()).toContain("the token has no org");
  expect(finding(acme, { sub: "ada" })?.fix.join()).toContain("organization: true");
});

test("finds nothing on the path of the active organization, or of one that the token lists", () => {
  expect(finding(acme, { sub: "ada", org: "acme" })).toBeUndefined();
  expect(finding(acme, { sub: "ada", org: "globex", orgs: [null, { id: "acme" }] })).toBeUndefined();
  expect(finding(acme, { sub: "ada", org: "globex", orgs: "acme" })).toBeDefined();
});

test("finds nothing on a path that names no organization", () => {
  expect(finding(["api", "ada", "tasks"], { sub: "ada" })).toBeUndefined();
  expect(finding(["api", "orgs"], { sub: "ada" })).toBeUndefined();
});

test("tells an OAuth client to ask its issuer, and not to choose an organization", () => {
  const found = finding(acme, { sub: "sync", client_id: "sync" }, { typ: "at+jwt" });
  expect(found?.fix.join()).toContain("customAccessTokenClaims");
  expect(found?.fix.join()).not.toContain("setActive");
});
