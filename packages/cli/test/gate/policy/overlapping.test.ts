import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTemplate, type Template } from "../../../src/gate/policy/template.ts";
import { commonPath } from "../../../src/gate/policy/warnings/common-path.ts";
import { overlapsAmong } from "../../../src/gate/policy/warnings/overlapping.ts";
import { policyOf } from "./support/policy.ts";

function templateOf(text: string): Template {
  const template = parseTemplate(text);
  if ("fault" in template) throw new Error(`${text} ${template.fault}`);
  return template;
}

const parts = fc.constantFrom("a", "b", "ab", "{x}", "{y}", "{z}.b", "a{z}");
const templates = fc
  .tuple(fc.array(parts, { maxLength: 4 }), fc.constantFrom("", "", "/", "/{rest...}"))
  .map(([segments, end]) => segments.map((part) => `/${part}`).join("") + end || "/")
  .filter((text) => !("fault" in parseTemplate(text)))
  .map(templateOf);

test("every template that may fit the same path is found", () => {
  let overlapping = 0;
  fc.assert(
    fc.property(fc.array(templates, { minLength: 1, maxLength: 12 }), (all) => {
      const overlaps = overlapsAmong(all);
      for (const one of all) {
        const found = overlaps(one);
        expect(new Set(found).size).toBe(found.length);
        const expected = all.flatMap((other, place) =>
          commonPath(one.segments, other.segments) === undefined ? [] : [place],
        );
        overlapping += expected.length;
        expect(found).toEqual(expect.arrayContaining(expected));
      }
    }),
  );
  expect(overlapping).toBeGreaterThan(1000);
});

test("paths that have nothing in common are not compared", () => {
  const all = Array.from({ length: 1000 }, (_, index) => templateOf(`/{tenant}/things${index}/{user_id}`));
  const overlaps = overlapsAmong(all);
  expect(all.flatMap((one) => overlaps(one))).toEqual(all.map((_, index) => index));
});

test("the same pattern many times is not a warning for each pair", () => {
  const paths = Array.from({ length: 20 }, (_, index) => [`/{a}/x${index}`, `/y${index}/{b}`]).flat();
  const { warnings } = policyOf(
    `paths: { ${paths.map((path) => `'${path}': { get: { security: [{ oauth: [read] }] } }`).join(", ")} }`,
  );
  expect(warnings).toHaveLength(51);
  expect(warnings.at(-1)).toMatch(/^350 more pairs of paths may fit the same path/);
});
