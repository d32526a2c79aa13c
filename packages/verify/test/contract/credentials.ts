import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/** RFC 6750 sections 2 and 3.1: exactly one token, in the Authorization header. */
export function credentialsContract({ behaviour, send, bearer, issuer, seen }: ContractBench): void {
  const token = () => issuer.tokenFor("alice");

  behaviour("a public route needs no token", async () => {
    expect((await send({ target: "/public" })).status).toBe(200);
  });

  behaviour("a public route ignores an invalid token", async () => {
    expect((await send({ target: "/public", headers: ["Authorization: Bearer rubbish"] })).status).toBe(200);
  });

  behaviour("a guarded route requires a token", async () => {
    expectRefusal(await send({ target: "/me" }), "credentials_missing");
    expectRefusal(await send({ target: "/api/alice/tasks" }), "credentials_missing");
    expect(seen).toEqual([]);
  });

  behaviour("an unknown path is a 401 without a token and a 404 with one", async () => {
    expectRefusal(await send({ target: "/nowhere" }), "credentials_missing");
    expectRefusal(await send({ target: "/publi" }), "credentials_missing");
    expect((await send({ target: "/nowhere", headers: [bearer("alice")] })).status).toBe(404);
  });

  behaviour("a valid token is accepted, and the handler gets its principal", async () => {
    const response = await send({ target: "/me", headers: [bearer("alice", { role: "admin", sid: "s1" })] });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ id: "alice", claims: { sub: "alice", role: "admin" } });
    expect(seen[0]?.principal).toMatchObject({ id: "alice", sessionId: "s1", expiresAt: expect.any(Number) });
  });

  behaviour("concurrent requests each get their own principal", async () => {
    const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
    const responses = await Promise.all(
      users.map((user) => send({ target: "/me", headers: [bearer(user)] })),
    );
    expect(responses.map(({ body }) => JSON.parse(body).id)).toEqual(users);
  });

  for (const scheme of ["bearer", "BEARER", "bEaReR"]) {
    behaviour(`the scheme is case-insensitive: ${scheme}`, async () => {
      const response = await send({ target: "/me", headers: [`Authorization: ${scheme} ${token()}`] });
      expect(response.status).toBe(200);
    });
  }

  behaviour("the header's name is case-insensitive", async () => {
    expect((await send({ target: "/me", headers: [`AUTHORIZATION: Bearer ${token()}`] })).status).toBe(200);
  });

  behaviour("several spaces after the scheme and around the value are allowed", async () => {
    expect((await send({ target: "/me", headers: [`Authorization:   Bearer   ${token()}  `] })).status).toBe(
      200,
    );
  });

  const otherCredentials: Record<string, () => string> = {
    "another scheme": () => "Basic YWxpY2U6c2VjcmV0",
    "a token without its scheme": token,
    "a scheme that starts with Bearer": () => `Bearerer ${token()}`,
    "a colon after the scheme": () => `Bearer: ${token()}`,
    "a tab after the scheme": () => `Bearer\t${token()}`,
    "an empty header": () => "",
    "a scheme with parameters": () => 'Digest username="alice", realm="api", nonce="x"',
  };
  for (const [name, value] of Object.entries(otherCredentials)) {
    behaviour(`${name} is not a bearer token`, async () => {
      expectRefusal(
        await send({ target: "/me", headers: [`Authorization: ${value()}`] }),
        "credentials_missing",
      );
    });
  }

  behaviour("the scheme alone is an empty token", async () => {
    expectRefusal(await send({ target: "/me", headers: ["Authorization: Bearer"] }), "token_malformed");
    expectRefusal(await send({ target: "/me", headers: ["Authorization: Bearer   "] }), "token_malformed");
  });

  behaviour("two Authorization headers are ambiguous, even if they are equal", async () => {
    const other = `authorization: Bearer ${issuer.tokenFor("bob")}`;
    const own = bearer("alice");
    for (const headers of [
      [own, own],
      [own, other],
      [own, "Authorization: Basic YWxpY2U6c2VjcmV0"],
      ["Authorization: Basic YWxpY2U6c2VjcmV0", own],
    ]) {
      expectRefusal(await send({ target: "/me", headers }), "credentials_ambiguous");
    }
    expect(seen).toEqual([]);
  });

  behaviour("a token in the query and one in the header are ambiguous", async () => {
    for (const query of [`access_token=${token()}`, "x=1&access_token=", `access%5Ftoken=${token()}`]) {
      expectRefusal(
        await send({ target: `/me?${query}`, headers: [bearer("alice")] }),
        "credentials_ambiguous",
      );
    }
  });

  behaviour("a token in the query is ignored", async () => {
    expectRefusal(await send({ target: `/me?access_token=${token()}` }), "credentials_missing");
  });

  behaviour("a query parameter with a similar name is allowed", async () => {
    const target = "/me?no_access_token=1&accessToken=2&x=access_token";
    expect((await send({ target, headers: [bearer("alice")] })).status).toBe(200);
  });

  behaviour("a token in a cookie or another header is ignored", async () => {
    for (const header of [
      `Cookie: token=${token()}`,
      `X-Authorization: Bearer ${token()}`,
      `Token: ${token()}`,
    ]) {
      expectRefusal(await send({ target: "/me", headers: [header] }), "credentials_missing");
    }
  });
}
