import { expect, it, onTestFinished } from "vitest";
import { createKnownRoutes } from "../../src/access/known-routes.ts";
import { subscribe, type UsherEvents } from "../../src/events/index.ts";

const place = { path: "/users/:userId" };

it.each<[keyof UsherEvents, string | undefined]>([
  ["usher:accept", "/users/:userId"],
  ["usher:owner-exception", "/users/:userId"],
  ["usher:reject", undefined],
])("with a subscriber of %s, the route of a request that may be accepted is %s", (name, expected) => {
  const [routes, request] = [createKnownRoutes(), {}];
  routes.keepIfObserved(request, place);
  expect(routes.of(request)).toBeUndefined();
  onTestFinished(subscribe(name, () => undefined));
  routes.keepIfObserved(request, place);
  expect(routes.of(request)).toBe(expected);
});

it("the route of a request that is refused is known without a subscriber, if its path has one", () => {
  const [routes, request, other] = [createKnownRoutes(), {}, {}];
  routes.keep(request, place);
  for (const nowhere of [undefined, {}]) routes.keep(other, nowhere);
  expect([routes.of(request), routes.of(other)]).toEqual(["/users/:userId", undefined]);
});
