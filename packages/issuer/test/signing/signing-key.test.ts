import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { usherJwt } from "../../src/index.ts";
import { audience, baseURL, instanceWith } from "../instance.ts";

// Better Auth reads these variables, and a developer's shell may have them.
beforeEach(() => {
  for (const name of ["BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS", "AUTH_SECRET"])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("rejects Better Auth's default secret", async () => {
  const auth = betterAuth({
    baseURL,
    database: new DatabaseSync(":memory:"),
    logger: { disabled: true },
    plugins: [usherJwt({ audience })],
  });
  await expect(auth.$context).rejects.toThrow(
    "usherJwt: BETTER_AUTH_SECRET is not set. Set it to the output of",
  );
});

test("rejects a secret under 32 bytes without showing it", async () => {
  const tooShort = "x".repeat(31);
  const failure = await instanceWith({ secret: tooShort }).$context.then(
    () => undefined,
    (error: Error) => error,
  );
  expect(failure?.name).toBe("IssuerError");
  expect(failure?.message).toMatch(/^usherJwt: the secret has 31 bytes, and HS256 needs 32/);
  expect(failure?.message).not.toContain(tooShort);
  await expect(instanceWith({ secret: `${tooShort}x` }).$context).resolves.toBeDefined();
});

test("counts bytes, not characters", async () => {
  await expect(instanceWith({ secret: "ß".repeat(16) }).$context).resolves.toBeDefined();
});

test("rejects a first version under 32 bytes, however long the older ones are", async () => {
  const secrets = [
    { version: 2, value: "short" },
    { version: 1, value: "y".repeat(40) },
  ];
  await expect(instanceWith({ secrets }).$context).rejects.toThrow("usherJwt: the secret has 5 bytes");
});

test("rejects one plugin object in two instances unless they have the same secret", async () => {
  const plugin = usherJwt({ audience });
  const instance = (secret: string) =>
    betterAuth({ baseURL, secret, database: new DatabaseSync(":memory:"), plugins: [plugin] }).$context;
  await instance("a".repeat(40));
  await expect(instance("a".repeat(40))).resolves.toBeDefined();
  await expect(instance("b".repeat(40))).rejects.toThrow("Call usherJwt() for each.");
});
