import fc from "fast-check";
import { expect, test } from "vitest";
import { tamperSignature } from "../../../src/page/requests/tamper.ts";

test("changes one character and the bytes of any signature", () => {
  const bytes = fc.uint8Array({ minLength: 2, maxLength: 64 });
  fc.assert(
    fc.property(bytes, (signature) => {
      const text = Buffer.from(signature).toString("base64url");
      const tampered = tamperSignature(`header.claims.${text}`);

      const changed = tampered?.token.slice("header.claims.".length) ?? "";
      expect(tampered?.token.startsWith("header.claims.")).toBe(true);
      expect(changed).toHaveLength(text.length);
      const differences = [...changed].flatMap((is, index) => {
        const was = text[index];
        return is === was ? [] : [{ position: index + 1, was, is }];
      });
      expect(differences).toEqual([{ position: tampered?.position, was: tampered?.was, is: tampered?.is }]);
      expect(Buffer.from(changed, "base64url").equals(signature)).toBe(false);
      // Still canonical base64url: it is refused for its signature, not for its form.
      expect(Buffer.from(changed, "base64url").toString("base64url")).toBe(changed);
    }),
  );
});

test.each(["header.claims.", "header.claims.A", "header.claims.a*b"])("returns undefined for %s", (token) => {
  expect(tamperSignature(token)).toBeUndefined();
});
