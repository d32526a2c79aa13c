import { createTestIssuer } from "@usher-auth/testing";
import { localJwks } from "@usher-auth/verify";
import { describe, expect, it } from "vitest";
import { createBench } from "../../../packages/verify/test/support.ts";
import { outcome } from "./support/outcome.ts";
import { signed } from "./support/signed.ts";

const malformed = "token_malformed";
const { issuer, verifier } = createBench();
const token = issuer.tokenFor("alice");
const [header = "", payload = "", signature = ""] = token.split(".");
const withSignature = (text: string) => `${header}.${payload}.${text}`;

describe("rules: form", () => {
  it("A token longer than maxTokenLength is rejected before any other check", () => {
    const bounded = (maxTokenLength: number) =>
      createBench({ maxTokenLength }, { secret: issuer.secret }).verifier;
    expect(outcome(bounded(token.length), token)).toBe("accepted");
    expect(outcome(bounded(token.length - 1), token)).toBe("token_too_large");
    expect(outcome(verifier, "!".repeat(8192))).toBe(malformed);
    expect(outcome(verifier, "!".repeat(8193))).toBe("token_too_large");
  });

  it("A token contains only letters, digits, - and _: other characters are not skipped", () => {
    expect(outcome(verifier, token)).toBe("accepted");
    for (const character of [" ", "\n", "\t", "\0", "~", "%", ",", "\u00e9", "\ufeff"]) {
      const spoilt = withSignature(signature.slice(0, 8) + character + signature.slice(8));
      expect(outcome(verifier, spoilt), JSON.stringify(character)).toBe(malformed);
    }
  });

  it("The + and / of plain base64 are not accepted as - and _", () => {
    let other = token;
    while (!/-.*_|_.*-/.test(other.slice(-43))) other = issuer.tokenFor("alice");
    expect(outcome(verifier, other)).toBe("accepted");
    const [start, end] = [other.slice(0, -43), other.slice(-43)];
    expect(outcome(verifier, start + end.replace("-", "+"))).toBe(malformed);
    expect(outcome(verifier, start + end.replace("_", "/"))).toBe(malformed);
  });

  it("A character beyond ASCII is not accepted as the character of its low byte", () => {
    const [first = 0] = Buffer.from(signature);
    for (const above of [0x80, 0x100, 0xff00]) {
      const spoilt = withSignature(String.fromCharCode(first + above) + signature.slice(1));
      expect(outcome(verifier, spoilt)).toBe(malformed);
    }
  });

  it("A token has exactly two dots", () => {
    for (const spoilt of [
      withSignature(`${signature.slice(0, 8)}.${signature.slice(8)}`),
      withSignature(`${signature}.`),
      withSignature(`.${signature}`),
      `${header}.${payload}`,
      header,
      // Without a dot, and without its last character, it would be a header.
      `${Buffer.from('{"alg":"HS256"  }').toString("base64url")}A`,
    ]) {
      expect(outcome(verifier, spoilt), spoilt.replaceAll(/[^.]+/g, "…")).toBe(malformed);
    }
  });

  it("No segment of a token is empty", () => {
    expect(outcome(verifier, withSignature(""))).toBe(malformed);
    expect(outcome(verifier, signed(issuer.secret, '{"alg":"HS256"}', ""))).toBe(malformed);
    expect(outcome(verifier, signed(issuer.secret, "", "{}"))).toBe(malformed);
    expect(outcome(verifier, "..")).toBe(malformed);
  });

  it("A signature has no padding", () => {
    expect(outcome(verifier, `${token}=`)).toBe(malformed);
    expect(outcome(verifier, `${token}==`)).toBe(malformed);
  });

  it("A signature has no spare bits set at its end: a token has one spelling", () => {
    // Two bits of the last of 43 characters are not part of a byte: three other characters decode to the
    // same bytes.
    const spellings = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].filter(
      (character) => outcome(verifier, token.slice(0, -1) + character) === "accepted",
    );
    expect(spellings).toEqual([token.at(-1)]);
  });

  it("A signature has no surplus character at its end", () => {
    // A signature of 96 bytes has 128 characters; a lenient decoder ignores a 129th.
    const es384 = createTestIssuer({ algorithm: "ES384", clock: createBench().clock });
    const bench = createBench({ keys: localJwks(es384.jwks()) });
    const good = es384.tokenFor("alice");
    expect(outcome(bench.verifier, good)).toBe("accepted");
    expect(outcome(bench.verifier, `${good}A`)).toBe(malformed);
  });
});
