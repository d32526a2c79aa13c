import { expect, it } from "vitest";
import { patternNames } from "../../src/access/pattern-names.ts";

it.each<[unknown, string[]]>([
  ["/users/:userId/tasks/:taskId", ["userId", "taskId"]],
  ["/users{/:userId}", ["userId"]],
  ["/users/:userId?", ["userId"]],
  ["/users/:userId(\\d+)", ["userId"]],
  ["/files/*rest", ["rest"]],
  ['/:"user-id"/*"all of it"', ["user-id", "all of it"]],
  ["/:größe", ["größe"]],
  ["/\\:userId/\\*rest", []],
  ["*", []],
  ["/", []],
  [/^\/users(?:\/(?<userId>\w+))?(?=\/)(?<!x)/, ["userId"]],
  [
    ["/all", ["/:a", /(?<b>.)/]],
    ["a", "b"],
  ],
  [undefined, []],
])("%j has the parameters %j", (pattern, names) => {
  expect(patternNames(pattern)).toEqual(names);
});
