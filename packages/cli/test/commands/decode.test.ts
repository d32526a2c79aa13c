import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, test } from "vitest";
import { usher } from "../support/command.ts";
import { expectHidden } from "../support/hidden.ts";

describe("usher-auth decode", () => {
  const issuer = createTestIssuer();

  /** A token whose times are relative to now. */
  function tokenOfNow() {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iat: now - 7210, exp: now - 3670, nbf: now + 7210, sub: "ada" };
    return { claims, token: issuer.tokenFor("ada", { claims }) };
  }

  test("shows the header, the claims and the times, and says that nothing was verified", async () => {
    const { token } = tokenOfNow();
    const { exitCode, output } = await usher(["decode"], { input: `Authorization: Bearer ${token}\n` });
    expect(output).toMatch(/^NOT VERIFIED: anyone could have written this\./);
    expect(output).toContain('"alg": "HS256"');
    expect(output).toContain('"sub": "ada"');
    expect(output).toMatch(/iat \d{4}-\d\d-\d\dT\S+, 2 hours ago/);
    expect(output).toMatch(/exp \d{4}-\d\d-\d\dT\S+, 61 minutes ago/);
    expect(output).toMatch(/nbf \d{4}-\d\d-\d\dT\S+, in 2 hours/);
    expect(exitCode).toBe(0);
    expectHidden(output, [token]);
  });

  test("prints JSON that also says so", async () => {
    const { claims, token } = tokenOfNow();
    const { output } = await usher(["decode", "--json"], { input: token });
    expect(JSON.parse(output)).toMatchObject({ verified: false, header: { alg: "HS256" }, claims });
    expectHidden(output, [token]);
  });

  test.each([
    ["a token of a user's session, or another JWT", () => issuer.tokenFor("ada")],
    ["an OAuth access token of a client that acts for a user", () => issuer.accessTokenFor("ada")],
    [
      "an OAuth access token of a client that acts for itself",
      () => issuer.clientTokenFor("backup", { header: { typ: "application/AT+JWT" } }),
    ],
    [
      "an ID token, which is for its client and not for an API",
      () => issuer.tokenFor("ada", { claims: { at_hash: "x" } }),
    ],
    [
      "a logout token, which is for the logout endpoint only",
      () => issuer.tokenFor("ada", { header: { typ: "logout+jwt" } }),
    ],
    [
      "Better Auth's cookie cache, which is not for an API",
      () => issuer.tokenFor("ada", { header: { typ: "better-auth.session-cache+jwt" } }),
    ],
  ])("says what it is: %s", async (kind, create) => {
    const input = create();
    expect((await usher(["decode"], { input })).output).toContain(`It says that it is ${kind}.`);
    expect(JSON.parse((await usher(["decode", "--json"], { input })).output)).toMatchObject({ kind });
  });

  test("shows a __proto__ claim as data", async () => {
    const segment = (text: string) => Buffer.from(text).toString("base64url");
    const input = `${segment('{"alg":"HS256"}')}.${segment('{"__proto__":{"admin":true},"exp":1e300}')}.c2ln`;
    const { exitCode, output } = await usher(["decode"], { input });
    expect(output).toContain('"__proto__"');
    expect(output).toContain("exp not a valid date");
    expect(exitCode).toBe(0);
  });

  test.each(["hello", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.W10.c2ln"])(
    "rejects %s, which is not a JWT",
    async (input) => {
      expect(await usher(["decode"], { input })).toMatchObject({ exitCode: 2, output: "" });
    },
  );
});
