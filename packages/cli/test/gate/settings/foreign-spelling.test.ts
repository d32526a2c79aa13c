import { expect, test } from "vitest";
import { foreignSpelling } from "../../../src/gate/settings/foreign-spelling.ts";
import { readSettings } from "../../../src/gate/settings/read-settings.ts";

test.each([
  ["/admin/*", "{rest...}"],
  ["/files/**", "{rest...}"],
  ["/*/tasks", "{name}"],
  ["/files/{*rest}", "{rest...}"],
  ["/api/:user_id/tasks", "not as :name"],
  ["/:id", "not as :name"],
  ["/api/<user_id>/tasks", "not as <name>"],
  ["/api/<int:id>", "not as <name>"],
  ["/files/{file:path}", "a name only"],
  ["/api/{id:[0-9]+}", "a name only"],
])("%s is not what it looks like in a framework", (path, advice) => {
  expect(foreignSpelling(path)).toContain(advice);
});

test.each([
  "/",
  "/v1/tasks:run",
  "/v{n}:run",
  "/files/{name}.json",
  "/admin/{rest...}",
  "/%2A/%3Aid",
  "/a:b/c",
])("%s is", (path) => {
  expect(foreignSpelling(path)).toBeUndefined();
});

test("a file that denies /admin/* is refused, instead of leaving /admin open", async () => {
  const text = 'upstream: http://127.0.0.1:8000\nroutes: [{ path: "/admin/*", access: denied }]';
  const reading = readSettings({ config: "gate.yaml" }, {}, () => Promise.resolve(text));
  await expect(reading).rejects.toThrow(/^gate\.yaml, line 2, routes\[0\]\.path: `\*` is not a pattern/);
});
