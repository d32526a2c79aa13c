import fc from "fast-check";
import { expect, test } from "vitest";
import { readTarget } from "../../../src/gate/request/target.ts";
import { targets } from "./target-arbitraries.ts";

/** What holds for every target that is not rejected. */
function forAccepted(check: (target: { path: string; segments: readonly string[]; query: string }) => void) {
  let accepted = 0;
  fc.assert(
    fc.property(targets, (raw) => {
      const target = readTarget(raw);
      if ("fault" in target) return;
      accepted += 1;
      check(target);
    }),
    { numRuns: 1_000 },
  );
  expect(accepted).toBeGreaterThan(100);
}

test("the canonical form of a canonical target is itself", () => {
  forAccepted((target) => {
    expect(readTarget(target.path + target.query)).toEqual(target);
  });
});

test("the canonical path, decoded once, has the segments that are judged", () => {
  forAccepted(({ path, segments }) => {
    expect(path.slice(1).split("/").map(decodeURIComponent)).toEqual(segments);
  });
});

test("the URL standard's parser leaves a canonical path as it is", () => {
  forAccepted(({ path }) => {
    const url = new URL(`http://h${path}`);
    expect([url.pathname, url.host, url.search, url.hash]).toEqual([path, "h", "", ""]);
  });
});

test("a canonical path has no dots, slashes or empty names for anyone, however often it is decoded", () => {
  forAccepted(({ segments }) => {
    for (const [index, segment] of segments.entries()) {
      let text = segment;
      for (let round = 0; round < 3; round += 1) {
        expect(text).not.toMatch(/[/\\;\p{Cc}]|^\.{1,2}$/u);
        text = text.normalize("NFKC").replace(/%[0-9a-f]{2}/gi, unescape);
      }
      expect(segment !== "" || index === segments.length - 1).toBe(true);
    }
  });
});

test("a path of plain segments is accepted and sent as it is", () => {
  const plain = fc.stringMatching(/^[A-Za-z0-9_~-]{1,12}$/);
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 6 }), (segments) => {
      const path = `/${segments.join("/")}`;
      expect(readTarget(path)).toEqual({ path, segments, query: "" });
    }),
  );
});

/** A character, and a way to write it in a path. */
const spelled = fc.constantFrom(..."abcXYZ059-_~!$&'()*+,=:@|ëß日😀").chain((character) => {
  const encoded = encodeURIComponent(character);
  const isAscii = character.charCodeAt(0) < 0x80;
  const all = isAscii ? `%${character.charCodeAt(0).toString(16)}` : encoded.toLowerCase();
  return fc.constantFrom(encoded, all, isAscii ? character : encoded).map((text) => ({ character, text }));
});

test("an id keeps its value, however it is spelled", () => {
  fc.assert(
    fc.property(fc.array(spelled, { minLength: 1, maxLength: 10 }), (parts) => {
      const id = parts.map(({ character }) => character).join("");
      const target = readTarget(`/api/${parts.map(({ text }) => text).join("")}/tasks`);
      expect(target).toMatchObject({ segments: ["api", id, "tasks"] });
    }),
  );
});
