import { createTestIssuer, type TokenFaults } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { expect, test } from "vitest";
import { openRevocations } from "../../../src/gate/revocations.ts";
import { createLogout } from "../../../src/gate/server/logout.ts";
import { RawClient, start, testLog } from "./support.ts";

async function serve() {
  const issuer = createTestIssuer();
  const { log, lines } = testLog();
  const opened = await openRevocations("memory", {}, log);
  if (opened === undefined) throw new Error("memory has revocations");
  const { secret, audience, tokenFor } = issuer;
  const { revocations } = opened;
  const verifier = createVerifier({
    keys: sharedSecret(secret),
    issuer: issuer.issuer,
    audience,
    revocations,
  });
  const logout = createLogout(verifier, log);
  const { server } = await start({ handle: (request, response) => void logout(request, response) });
  const post = async (faults: TokenFaults = {}) => {
    const logoutToken = tokenFor("ada", {
      expiresIn: 120,
      ...faults,
      header: { typ: "logout+jwt" },
      claims: { sid: "s1", events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
    });
    const body = new URLSearchParams({ logout_token: logoutToken });
    return fetch(`${server.url}/backchannel-logout`, { method: "POST", body });
  };
  return { verifier, tokenFor, post, lines, opened, server };
}

test("ends a session, and logs neither its id nor the token", async () => {
  const { verifier, tokenFor, post, lines, opened } = await serve();
  const token = tokenFor("ada", { claims: { sid: "s1" } });
  expect(verifier.verifySync(token).id).toBe("ada");
  expect((await post()).status).toBe(200);
  expect(() => verifier.verifySync(token)).toThrow(expect.objectContaining({ code: "token_revoked" }));
  expect(lines).toMatchObject([
    { msg: "the revocations are current", revocations: "current" },
    { level: "info", msg: "a session has ended", status: 200 },
  ]);
  expect(JSON.stringify(lines)).not.toContain("s1");
  await opened.close();
});

test("says in the log why a logout was refused", async () => {
  const { post, lines } = await serve();
  const response = await post({ tampered: true });
  expect(response.status).toBe(400);
  expect(lines.at(-1)).toMatchObject({ level: "warn", status: 400, code: "signature_invalid" });
});

test("asks a client that waits for its body", async () => {
  const { server } = await serve();
  const client = new RawClient(server.port).head(
    "POST /backchannel-logout HTTP/1.1",
    "Host: a",
    "Content-Type: application/x-www-form-urlencoded",
    "Expect: 100-continue",
    "Content-Length: 3",
  );
  await client.until("100 Continue");
  client.socket.write("a=b");
  await client.until("HTTP/1.1 400");
});
