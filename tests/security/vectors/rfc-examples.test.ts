import { createVerifier, type KeySource } from "@usher-auth/verify";
import { describe, expect, it } from "vitest";
import { verdict } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";
import { refused, verifiable } from "./examples.ts";

const verify = (keys: KeySource, token: string) =>
  verdict(createVerifier({ keys, issuer: "joe", audience: null, cache: false }), token);

/** Changes a character whose bits all count: never the last of a segment. */
function changed(text: string): string {
  return (text.startsWith("A") ? "B" : "A") + text.slice(1);
}

describe("examples of the standards", () => {
  it.for(verifiable)("$name: the signature is valid", ({ keys, token, code }, test) => {
    count(test, { examples: 1 });
    expect(verify(keys, token)).toBe(code);
  });

  it.for(verifiable)("$name: rejects other content, another signature and another key", ({ keys, token }) => {
    const [header, payload = "", signature = ""] = token.split(".");
    expect(verify(keys, `${header}.${changed(payload)}.${signature}`)).toBe("signature_invalid");
    expect(verify(keys, `${header}.${payload}.${changed(signature)}`)).toBe("signature_invalid");
    for (const other of verifiable.filter((one) => one.keys !== keys)) {
      expect(verify(other.keys, token)).toMatch(/^(?:signature_invalid|algorithm_rejected|key_unknown)$/);
    }
  });

  it.for(refused)("$name: rejected", ({ keys, token, code }, test) => {
    count(test, { examples: 1 });
    expect(verify(keys, token)).toBe(code);
  });
});
