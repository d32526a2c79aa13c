import { expect, test } from "vitest";
import { compare } from "./compare.ts";
import { differences } from "./differences.ts";
import { runOwnTests } from "./run/own-tests.ts";

// The sources are not part of this repository: a folder with a clone of github.com/better-auth/better-auth.
const { BETTER_AUTH_SOURCES: sources = "" } = process.env;

test("usherJwt() passes Better Auth's own tests of its plugins, except for the intended differences", {
  timeout: 30 * 60_000,
}, async ({ skip }) => {
  if (sources === "") skip("BETTER_AUTH_SOURCES does not name a folder with Better Auth's repository");
  const withJwt = await runOwnTests({ sources, usherJwt: false });
  const withUsherJwt = await runOwnTests({ sources, usherJwt: true });
  console.log(
    `Better Auth's own tests: ${withJwt.passed.size} pass with jwt(), ` +
      `${[...withJwt.passed].filter((title) => withUsherJwt.passed.has(title)).length} of them with usherJwt().`,
  );
  // Not about usherJwt(): packages that are missing, or another version of Better Auth.
  for (const [title, failure] of withJwt.failed) console.log(`Fails with jwt() too: ${title}: ${failure}`);
  expect(withJwt.passed.size).toBeGreaterThan(1000);
  expect(compare(withJwt, withUsherJwt, differences)).toEqual({ unexplained: [], stale: [] });
});
