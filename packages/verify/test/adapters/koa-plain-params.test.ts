import { expect, it } from "vitest";
import { readPlainParams } from "../../src/adapters/koa/plain-params.ts";

it.each<[pattern: unknown, path: string, params: object | undefined]>([
  ["/users/:userId", "/users/alice", { userId: "alice" }],
  ["/users/:userId/tasks/:taskId", "/users/alice/tasks/7", { userId: "alice", taskId: "7" }],
  ["/tasks", "/tasks", {}],
  // A router that is not strict ignores a trailing slash, and only that.
  ["/users/:userId", "/users/alice/", { userId: "alice" }],
  ["/users/:userId/", "/users/alice/", { userId: "alice" }],
  ["/users/:userId", "/users/alice/tasks", undefined],
  ["/users/:userId", "/users/alice/tasks/", undefined],
  ["/users/:userId/tasks", "/users/", undefined],
  ["/users/:userId", "/users", undefined],
  // Decoded once.
  ["/users/:userId", "/users/%61lice", { userId: "alice" }],
  ["/users/:userId", "/users/%2561lice", { userId: "%61lice" }],
  ["/users/:userId", "/users/%zz", undefined],
  // Not whole segments.
  ["/users/:userId?", "/users/alice", undefined],
  ["/users/:userId(\\d+)", "/users/7", undefined],
  ["/users/a-:userId", "/users/a-alice", undefined],
  ["/users{/:userId}", "/users/alice", undefined],
  [/^\/users\/(\w+)$/, "/users/alice", undefined],
  [["/users/:userId"], "/users/alice", undefined],
])("the parameters of %s in %s are %j", (pattern, path, params) => {
  expect(readPlainParams(pattern, path)).toEqual(params);
});
