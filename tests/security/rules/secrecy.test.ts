import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { inspect } from "node:util";
import { localJwks, sharedSecret } from "@usher-auth/verify";
import { reloadedSecret, secretFingerprint } from "@usher-auth/verify/keys";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createBench } from "../../../packages/verify/test/support.ts";
import { outcome } from "./support/outcome.ts";

const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";

/** The secret as text, and in each encoding in which a printed value could contain it. */
const looks = (text: string): string[] => {
  const bytes = Buffer.from(text);
  return [
    text,
    bytes.toString("hex"),
    bytes.toString("base64url"),
    inspect(bytes).slice(8, 40),
    [...bytes].join(", "),
    [...bytes].join(","),
  ];
};

function expectHidden(shown: string, text: string): void {
  for (const look of looks(text)) expect(shown).not.toContain(look);
}

describe("rules: comparison and secrecy", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it("A MAC is compared in constant time", () => {
    const { issuer, verifier } = createBench();
    const { timingSafeEqual } = crypto;
    const compared: Buffer[] = [];
    vi.spyOn(crypto, "timingSafeEqual").mockImplementation((mac, signature) => {
      compared.push(Buffer.from(signature as Uint8Array));
      return timingSafeEqual(mac, signature);
    });
    syncBuiltinESMExports();
    const tokens = [issuer.tokenFor("alice"), issuer.tokenFor("alice", { tampered: true })];
    expect(tokens.map((token) => outcome(verifier, token))).toEqual(["accepted", "signature_invalid"]);
    expect(compared).toEqual(tokens.map((token) => Buffer.from(token.split(".")[2] ?? "", "base64url")));
  });

  it("A secret is in no property: printing a key, a source or a verifier does not show it", () => {
    const source = sharedSecret(secret);
    const { verifier } = createBench({ keys: source }, { secret });
    const [key] = source.keys?.() ?? [];
    expect(key?.algorithm).toBe("HS256");
    for (const object of [key, source, verifier]) {
      expectHidden(
        inspect(object, { depth: 9, showHidden: true, maxArrayLength: 999, breakLength: Infinity }),
        secret,
      );
      expectHidden(JSON.stringify(object), secret);
    }
  });

  it("A secret is in no error and in no warning", async () => {
    const said: string[] = [];
    vi.spyOn(process, "emitWarning").mockImplementation((warning) => void said.push(String(warning)));
    const weak = {
      short: "a-secret-too-short",
      easy: `${"ab".repeat(16)} `,
      known: "better-auth-secret-12345678901234567890",
    };
    for (const text of Object.values(weak)) {
      for (const given of [text, [{ version: 7, value: text }]]) {
        try {
          sharedSecret(given);
        } catch (error) {
          said.push(inspect(error));
        }
      }
    }
    const { issuer, verifier } = createBench({}, { secret });
    const reloaded = createBench({ keys: reloadedSecret(() => weak.short) }, { secret });
    for (const refused of [
      verifier.verify(issuer.tokenFor("alice", { wrongSecret: true })),
      reloaded.verifier.ready(),
    ])
      await refused.catch((error) => said.push(inspect(error), error.hint));
    try {
      localJwks(secret);
    } catch (error) {
      said.push(inspect(error));
    }
    expect(said.length).toBeGreaterThan(9);
    for (const text of [secret, ...Object.values(weak)]) expectHidden(said.join("\n"), text);
    // The fingerprint, by which an operator recognises a secret, is still there.
    expect(said.join("\n")).toContain(secretFingerprint(secret));
  });
});
