import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";
import { stagesOf } from "./support/guide.ts";
import { runProgram } from "./support/start-api.ts";

const { secret, issuer, audience } = createTestIssuer({
  secret: "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=",
});

/** The program of a stage, with `expectGuarded` in place of the line that listens. */
function checking(guide: string, name: string): string {
  const code = stagesOf(guide).find((stage) => stage.name === name)?.code ?? "";
  const open = ["GET /health", ...(code.includes("login") ? ["POST /login"] : [])];
  const check = `
    const { createTestIssuer, expectGuarded } = await import("@usher-auth/testing");
    const { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: issuer, API_URL: audience } = process.env;
    await expectGuarded(app, {
      issuer: createTestIssuer({ secret, issuer, audience } as Record<string, string>),
      public: ${JSON.stringify(open)},
    });
    process.exit();`;
  const changed = code.replace(/^(?:await )?app\.listen\(.*$/m, check);
  expect(changed).not.toBe(code);
  return changed;
}

const settings = {
  JWT_SECRET: secret,
  BETTER_AUTH_SECRET: secret,
  BETTER_AUTH_URL: issuer,
  API_URL: audience,
};

test.each(["coming-from-jsonwebtoken.md", "coming-from-fastify-jwt.md", "coming-from-nestjs-jwt.md"])(
  "%s: expectGuarded names the flaws before, and finds none after",
  async (guide) => {
    const before = await runProgram(checking(guide, "before"), settings);
    expect(before.exitCode).toBe(1);
    expect(before.errors).toContain("GET /api/:userId/tasks");
    expect(before.errors).toMatch(/another user|bob/i);
    expect(await runProgram(checking(guide, "after"), settings)).toMatchObject({ exitCode: 0 });
  },
);
