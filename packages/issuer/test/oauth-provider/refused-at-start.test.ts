import { DatabaseSync } from "node:sqlite";
import { mcp } from "@better-auth/mcp";
import { oauthProvider } from "@better-auth/oauth-provider";
import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { describe, expect, test } from "vitest";
import { IssuerError, type UsherJwtOptions, usherJwt } from "../../src/index.ts";
import { audience, baseURL, secret } from "../instance.ts";

const pages = { loginPage: "/login", consentPage: "/consent" };

const providers: [string, (own?: { disableJwtPlugin?: boolean }) => BetterAuthPlugin][] = [
  ["oauthProvider()", (own) => oauthProvider({ ...pages, ...own }) as BetterAuthPlugin],
  ["mcp()", (own) => mcp({ ...pages, resource: `${audience}/mcp`, ...own }) as BetterAuthPlugin],
];

/** Rejects when Better Auth does not start. */
async function start(
  provider: BetterAuthPlugin,
  options: Partial<UsherJwtOptions>,
  order: "first" | "last",
): Promise<unknown> {
  const tokens = usherJwt({ audience, ...options }) as BetterAuthPlugin;
  const auth = betterAuth({
    baseURL,
    secret,
    database: new DatabaseSync(":memory:"),
    logger: { disabled: true },
    plugins: order === "first" ? [tokens, provider] : [provider, tokens],
  });
  await (await getMigrations(auth.options)).runMigrations();
  return await auth.$context;
}

describe.each(providers)("HS256 beside %s", (_name, provider) => {
  test.each(["first", "last"] as const)("does not start, with usherJwt listed %s", async (order) => {
    const refused = await start(provider(), {}, order).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(IssuerError);
    expect((refused as Error).message).toBe(
      "usherJwt: oauthProvider() and mcp() need a key pair, and HS256 has none. " +
        'Set algorithm: "EdDSA", or disableJwtPlugin: true in their options.',
    );
  });

  test.each(["first", "last"] as const)("starts with a key pair, listed %s", async (order) => {
    await expect(start(provider(), { algorithm: "EdDSA" }, order)).resolves.toBeTypeOf("object");
  });

  test("starts when it does not use the plugin's keys (disableJwtPlugin)", async () => {
    await expect(start(provider({ disableJwtPlugin: true }), {}, "first")).resolves.toBeTypeOf("object");
  });
});
