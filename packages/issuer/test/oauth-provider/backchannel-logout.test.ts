import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createVerifier, localJwks } from "@usher-auth/verify";
import type { LogoutEvent, LogoutTokenOptions } from "@usher-auth/verify/logout";
import { backchannelLogout } from "@usher-auth/verify/node";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { describe, expect, onTestFinished, test } from "vitest";
import { audience } from "../instance.ts";
import { readJws } from "../jws.ts";
import { startProvider, tokensOf } from "./provider.ts";

type Names = { readonly clientId: string; readonly issuer: string; readonly origin: string };

/** A client's `backchannel_logout_uri` at the API, with these options of the endpoint. */
async function signedInAt(optionsFor: (names: Names) => LogoutTokenOptions) {
  const provider = await startProvider();
  const { auth, browser, client, issuer, origin } = provider;
  const names = { clientId: client.client_id, issuer, origin };
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 3600 });
  const verifier = createVerifier({
    keys: localJwks((await (await browser.request("GET", "/jwks")).json()) as never),
    issuer: origin,
    audience,
    accessTokens: { issuer, scopes: null },
    revocations,
  });
  await verifier.ready();
  const events: LogoutEvent[] = [];
  const bodies: string[] = [];
  const receive = backchannelLogout({
    verifier,
    ...optionsFor(names),
    onLogout: (event) => void events.push(event),
  });
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => void bodies.push(chunk.toString()));
    return receive(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.close();
    await revocations.close();
  });
  // Stored directly: Better Auth accepts only public https addresses.
  await (await auth.$context).adapter.update({
    model: "oauthClient",
    where: [{ field: "clientId", value: names.clientId }],
    update: { backchannelLogoutUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout` },
  });
  // Better Auth tells clients whose tokens it has stored: those with a refresh token.
  const tokens = await tokensOf(provider, "openid offline_access tasks:read");
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
  return { browser, names, verifier, tokens, events, bodies, verdicts };
}

describe("the logout tokens of Better Auth's OAuth provider", () => {
  test("end the session and its access tokens, at an endpoint that names their issuer and audience", async () => {
    const { browser, names, verifier, tokens, events, bodies, verdicts } = await signedInAt(
      ({ clientId, issuer, origin }) => ({ issuer: [origin, issuer], audience: [audience, clientId] }),
    );
    expect(await verdicts()).toEqual(["accepted", "accepted"]);
    expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
    expect(events).toMatchObject([{ status: 200, logout: { sessionId: expect.any(String) } }]);
    expect(await verdicts()).toEqual(["token_revoked", "token_revoked"]);

    // The API itself accepts nothing more.
    const logoutToken = new URLSearchParams(bodies[0]).get("logout_token") as string;
    await expect(verifier.verify(logoutToken)).rejects.toMatchObject({ code: "token_unsupported" });
    await expect(verifier.verify(tokens.id_token)).rejects.toMatchObject({ name: "AuthError" });
    expect(readJws(logoutToken).payload).toMatchObject({ iss: names.issuer, aud: names.clientId });
  });

  test.each<[string, (names: Names) => LogoutTokenOptions, string]>([
    ["does not name their issuer", () => ({}), "issuer_rejected"],
    ["does not name their audience", ({ issuer }) => ({ issuer }), "audience_rejected"],
    [
      "names another client",
      ({ clientId, issuer }) => ({ issuer, audience: `${clientId}x` }),
      "audience_rejected",
    ],
    [
      "names another issuer",
      ({ clientId, origin }) => ({ issuer: origin, audience: clientId }),
      "issuer_rejected",
    ],
  ])("are refused by an endpoint that %s", async (_case, optionsFor, code) => {
    const { browser, events, verdicts } = await signedInAt(optionsFor);
    await browser.request("POST", "/sign-out", {});
    expect(events).toMatchObject([{ status: 400, refused: { code } }]);
    expect(await verdicts()).toEqual(["accepted", "accepted"]);
  });
});
