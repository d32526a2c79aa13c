import { expect, test } from "vitest";
import { createApiClient, SignedOutError } from "../src/index.ts";
import { refusing, startServer } from "./support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "./support/tokens.ts";

const now = () => NOON;

test.each([null, undefined, ""])("with the token %j nothing is sent", async (none) => {
  const api = await startServer();
  let signedOut = 0;
  const client = createApiClient({ baseURL: api.url, now, onSignedOut: () => signedOut++, ...tokensInTurn(none) });

  await expect(client("1")).rejects.toBeInstanceOf(SignedOutError);
  await expect(client("2")).rejects.toMatchObject({ code: "signed_out", name: "SignedOutError" });

  expect(api.received).toHaveLength(0);
  expect(signedOut).toBe(1);
});

test("is said once per sign-out, and again after a token was had", async () => {
  const api = await startServer();
  const said: string[] = [];
  const source = tokensInTurn(null, null, tokenOf("a", 10), null, null);
  const client = createApiClient({
    baseURL: api.url,
    now,
    onSignedOut: () => said.push(`after ${source.calls}`),
    getToken: source.getToken,
  });

  for (let call = 0; call < 5; call++) await client("tasks").catch(() => undefined);

  expect(said).toEqual(["after 1", "after 4"]);
});

test("a session that ended shows in the refresh: the refusal comes back, and onSignedOut is called", async () => {
  const api = await startServer(refusing("token_revoked", () => true));
  let signedOut = 0;
  const client = createApiClient({
    baseURL: api.url,
    now,
    onSignedOut: () => signedOut++,
    ...tokensInTurn(tokenOf("a"), null),
  });

  const response = await client("tasks");

  expect(await response.json()).toMatchObject({ code: "token_revoked" });
  expect(api.received).toHaveLength(1);
  expect(signedOut).toBe(1);
});

test("a new token that is refused as well means signed out, once for all who waited", async () => {
  const api = await startServer(refusing("signature_invalid", () => true));
  let signedOut = 0;
  const client = createApiClient({
    baseURL: api.url,
    now,
    onSignedOut: () => signedOut++,
    ...tokensInTurn(tokenOf("a"), tokenOf("b")),
  });

  const responses = await Promise.all([client("1"), client("2"), client("3")]);

  expect(responses.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(signedOut).toBe(1);
});

test("a refusal that no token cures does not mean signed out", async () => {
  const api = await startServer(refusing("audience_rejected", () => true));
  let signedOut = 0;
  const client = createApiClient({
    baseURL: api.url,
    now,
    onSignedOut: () => signedOut++,
    ...tokensInTurn(tokenOf("a"), tokenOf("b")),
  });

  expect((await client("tasks")).status).toBe(401);
  expect(signedOut).toBe(0);
});
