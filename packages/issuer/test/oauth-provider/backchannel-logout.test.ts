import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createVerifier, localJwks } from "@usher-auth/verify";
import type { LogoutEvent, LogoutTokenOptions } from "@usher-auth/verify/logout";
import { backchannelLogout } from "@usher-auth/verify/node";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { describe, expect, onTestFinished, test } from "vitest";
import { audience, Browser, baseURL } from "../instance.ts";
import { readJws } from "../jws.ts";
import { providerIssuer, startProvider } from "./oauth-client.ts";

/** A client's `backchannel_logout_uri` at the API, with these options of the endpoint. */
async function signedInAt(optionsFor: (clientId: string) => LogoutTokenOptions) {
  const { auth, addClient } = await startProvider();
  const browser = new Browser(auth);
  await browser.signUp();
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 3600 });
  const verifier = createVerifier({
    keys: localJwks((await (await browser.request("GET", "/jwks")).json()) as never),
    issuer: baseURL,
    audience,
    accessTokens: { issuer: providerIssuer, scopes: null },
    revocations,
  });
  await verifier.ready();
  const events: LogoutEvent[] = [];
  const bodies: string[] = [];
  let receive: ReturnType<typeof backchannelLogout> | undefined;
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => void bodies.push(chunk.toString()));
    return receive?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.close();
    await revocations.close();
  });
  const client = await addClient(
    browser,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`,
  );
  receive = backchannelLogout({
    verifier,
    ...optionsFor(client.id),
    onLogout: (event) => void events.push(event),
  });
  // Better Auth tells clients whose tokens it has stored: those with a refresh token.
  const tokens = await client.tokensOf(browser, "openid offline_access tasks:read");
  const session = await browser.token();
  const verdicts = () =>
    Promise.all(
      [session, tokens.access_token].map((token) =>
        verifier.verify(token).then(
          () => "accepted",
          (error: { code: string }) => error.code,
        ),
      ),
    );
  return { browser, client, verifier, tokens, events, bodies, verdicts };
}

describe("the logout tokens of Better Auth's OAuth provider", () => {
  test("end the session and its access tokens, at an endpoint that names their issuer and audience", async () => {
    const { browser, client, verifier, tokens, events, bodies, verdicts } = await signedInAt((id) => ({
      issuer: [baseURL, providerIssuer],
      audience: [audience, id],
    }));
    expect(await verdicts()).toEqual(["accepted", "accepted"]);
    expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
    expect(events).toMatchObject([{ status: 200, logout: { sessionId: expect.any(String) } }]);
    expect(await verdicts()).toEqual(["token_revoked", "token_revoked"]);

    // The API itself accepts nothing more.
    const logoutToken = new URLSearchParams(bodies[0]).get("logout_token") as string;
    await expect(verifier.verify(logoutToken)).rejects.toMatchObject({ code: "token_unsupported" });
    await expect(verifier.verify(tokens.id_token as string)).rejects.toMatchObject({ name: "AuthError" });
    expect(readJws(logoutToken).payload).toMatchObject({ iss: providerIssuer, aud: client.id });
  });

  test.each<[string, (clientId: string) => LogoutTokenOptions, string]>([
    ["does not name their issuer", () => ({}), "issuer_rejected"],
    ["does not name their audience", () => ({ issuer: providerIssuer }), "audience_rejected"],
    ["names another client", (id) => ({ issuer: providerIssuer, audience: `${id}x` }), "audience_rejected"],
    ["names another issuer", (id) => ({ issuer: baseURL, audience: id }), "issuer_rejected"],
  ])("are refused by an endpoint that %s", async (_case, optionsFor, code) => {
    const { browser, events, verdicts } = await signedInAt(optionsFor);
    await browser.request("POST", "/sign-out", {});
    expect(events).toMatchObject([{ status: 400, refused: { code } }]);
    expect(await verdicts()).toEqual(["accepted", "accepted"]);
  });
});
