import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createVerifier, remoteJwks } from "@usher-auth/verify";
import { expect, it, onTestFinished } from "vitest";
import { createTestIssuer, type JwksIssuer, type KeyPairSigningAlgorithm } from "../src/index.ts";

async function openIssuer(algorithm?: KeyPairSigningAlgorithm): Promise<JwksIssuer> {
  const issuer = await createTestIssuer({ mode: "jwks", ...(algorithm && { algorithm }) });
  onTestFinished(() => issuer[Symbol.asyncDispose]());
  return issuer;
}

const verifierFor = ({ jwksUrl, issuer, audience }: JwksIssuer) =>
  createVerifier({ keys: remoteJwks(jwksUrl), issuer, audience });

it("serves the keys that sign its tokens, with EdDSA by default", async () => {
  for (const algorithm of [undefined, "ES256", "RS256"] as const) {
    const issuer = await openIssuer(algorithm);
    const verifier = verifierFor(issuer);
    await expect(verifier.verify(issuer.tokenFor("alice"))).resolves.toMatchObject({ id: "alice" });
    await expect(verifier.verify(issuer.tokenFor("alice", { wrongSecret: true }))).rejects.toMatchObject({
      code: "signature_invalid",
    });
    expect(await (await fetch(issuer.jwksUrl)).json()).toEqual({
      keys: [expect.objectContaining({ alg: algorithm ?? "EdDSA", kid: expect.any(String) })],
    });
  }
});

it("serves a rotated key at once, and only public keys", async () => {
  const issuer = await openIssuer();
  issuer.rotate();
  const { keys } = (await (await fetch(issuer.jwksUrl)).json()) as { keys: object[] };
  expect(keys).toEqual(JSON.parse(JSON.stringify(issuer.jwks().keys)));
  expect(keys).toHaveLength(2);
  expect(JSON.stringify(keys)).not.toContain('"d"');
  expect((await fetch(new URL("/", issuer.jwksUrl))).status).toBe(404);
  expect((await fetch(issuer.jwksUrl, { method: "POST" })).status).toBe(404);
});

it("is not available once closed, and can be closed twice", async () => {
  const issuer = await openIssuer();
  await fetch(issuer.jwksUrl);
  await Promise.all([issuer.close(), issuer.close()]);
  await issuer.close();
  await expect(verifierFor(issuer).verify(issuer.tokenFor("alice"))).rejects.toMatchObject({
    code: "keys_unavailable",
  });
});

it("does not keep the process alive", async () => {
  const source = `
    import { createTestIssuer } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    const issuer = await createTestIssuer({ mode: "jwks" });
    console.log((await (await fetch(issuer.jwksUrl)).json()).keys.length);`;
  const node = promisify(execFile)(process.execPath, ["--input-type=module", "-e", source], {
    timeout: 20_000,
  });
  expect((await node).stdout).toBe("1\n");
});

it("rejects a mode and an algorithm that contradict each other", async () => {
  expect(createTestIssuer({ mode: "secret" }).jwks()).toEqual({ keys: [] });
  expect(() => createTestIssuer({ mode: "secret", algorithm: "ES256" })).toThrow(TypeError);
  // @ts-expect-error a secret has no public key to serve
  expect(() => createTestIssuer({ mode: "jwks", algorithm: "HS256" })).toThrow(TypeError);
});
