import { afterEach, expect, test, vi } from "vitest";
import { copyText } from "../../../src/page/token/copy-text.ts";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["has no clipboard for pages", {}],
  ["does not allow it", { clipboard: { writeText: () => Promise.reject(new DOMException("denied")) } }],
])("says what to do if the browser %s", async (_what, navigator) => {
  vi.stubGlobal("navigator", navigator);
  await expect(copyText("a.b.c")).rejects.toThrow("The browser does not allow it.");
});
