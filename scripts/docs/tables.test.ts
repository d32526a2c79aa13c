import { expect, test } from "vitest";
import { optionsAreSections } from "./tables.ts";

test("optionsAreSections puts a heading with the row's anchor before each option", () => {
  const code = '<tr><td id="option-token_expired"><code>token_expired</code></td></tr>';
  expect(optionsAreSections(code)).toBe(code);
  const row = '<tr><td id="option-realm"><code>realm</code></td><td>The realm</td></tr>';
  expect(optionsAreSections(`<table>${row}<tr><td>x</td></tr></table>`)).toBe(
    `<table><tr><h4><code>realm</code><a href="#option-realm"></a></h4>${row.slice(4)}<tr><td>x</td></tr></table>`,
  );
});
