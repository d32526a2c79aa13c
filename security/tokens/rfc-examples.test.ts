import { createVerifier, type KeySource, localJwks, sharedSecret } from "@usher-auth/verify";
import { describe, expect, it } from "vitest";
import { verdict } from "../../packages/verify/test/support.ts";

/**
 * The examples of the standards, through the whole verifier. None is a token for an API: each says in its claims, or in
 * its header, where the verifier must stop, and how far it must come before that. A code about claims proves that the
 * signature held.
 */
describe("examples of the standards", () => {
  const verify = (keys: KeySource, token: string) =>
    verdict(createVerifier({ keys, issuer: "joe", audience: null, cache: false }), token);
  /** The claims of RFC 7515's examples: `{"iss":"joe", "exp":1300819380, "http://example.com/is_root":true}`. */
  const joe = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const afterSignature = "claims_invalid";

  const hmacKey = Buffer.from(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "base64url",
  );
  const hs256 = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${joe}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`;

  it("RFC 7515 A.1: HS256 holds, with its line breaks inside of header and claims", () => {
    expect(verify(sharedSecret(hmacKey), hs256)).toBe(afterSignature);
    expect(verify(sharedSecret(hmacKey), hs256.replace("dBjft", "dBjfu"))).toBe("signature_invalid");
  });

  const ecKey = {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  };
  const es256 = `eyJhbGciOiJFUzI1NiJ9.${joe}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`;

  it("RFC 7515 A.3: ES256 holds", () => {
    expect(verify(localJwks({ keys: [ecKey] }), es256)).toBe(afterSignature);
    expect(verify(localJwks({ keys: [ecKey] }), es256.replace(".Dt", ".Du"))).toBe("signature_invalid");
  });

  it("RFC 7515 A.5: an unsecured JWS is refused", () => {
    expect(verify(sharedSecret(hmacKey), `eyJhbGciOiJub25lIn0.${joe}.`)).toBe("token_malformed");
  });

  it("RFC 7515 appendix E: an unknown critical parameter is refused", () => {
    const critical =
      "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.";
    expect(verify(sharedSecret(hmacKey), `${critical}AAAA`)).toBe("token_unsupported");
  });

  it("RFC 7797 4.2: an unencoded payload is refused, attached or detached", () => {
    const header = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19";
    const signature = "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY";
    expect(verify(sharedSecret(hmacKey), `${header}.JC4wMg.${signature}`)).toBe("token_unsupported");
    expect(verify(sharedSecret(hmacKey), `${header}..${signature}`)).toBe("token_malformed");
  });

  it("RFC 8037 A.4: Ed25519 holds, by its old name and its new one, over a payload that is no JSON", () => {
    const key = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
    const token =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    expect(verify(localJwks({ keys: [key] }), token)).toBe(afterSignature);
    expect(verify(localJwks({ keys: [key] }), token.replace("RXhh", "RXhi"))).toBe("signature_invalid");
  });

  it("RFC 7520 4.4: HS256 holds over a payload that is prose, with a kid that a secret has not", () => {
    const key = Buffer.from("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg", "base64url");
    const token =
      "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";
    expect(verify(sharedSecret(key), token)).toBe(afterSignature);
  });
});
