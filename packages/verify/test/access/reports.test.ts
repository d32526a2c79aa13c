import { expect, it, onTestFinished, vi } from "vitest";
import { createGuard, type OwnerExceptionEvent } from "../../src/access/index.ts";
import { subscribe, type UsherEvents } from "../../src/events/index.ts";
import { AuthError, type Policy } from "../../src/index.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const anyone: Policy = { name: "anyone", permits: () => true };

function collect<Name extends keyof UsherEvents>(name: Name): UsherEvents[Name][] {
  const events: UsherEvents[Name][] = [];
  onTestFinished(subscribe(name, (event) => events.push(event)));
  return events;
}

const access = (user: string, userId: string) => ({
  authorization: `Bearer ${issuer.tokenFor(user)}`,
  tokenInQuery: false,
  params: { userId },
  ownerParams: ["userId"],
});

it("what a listener changes is not in the event, nor what a subscriber changes in the next", async () => {
  const exceptions = collect("usher:owner-exception");
  const accepted = collect("usher:accept");
  const spoil = (event: object) => {
    const principal = principalOf("mallory");
    Object.assign(event, { principal });
    const { request, exceptions = [] } = event as Partial<OwnerExceptionEvent<unknown, { url?: string }>>;
    if (request) request.url = "/spoiled";
    (exceptions as unknown[]).length = 0;
  };
  const guard = createGuard<unknown, { url?: string }>(
    { verifier, ownerParam: "userId", onAccept: spoil, onOwnerException: spoil } as never,
    { adapter: "test", describe: ({ url }) => ({ path: url }) },
  );
  await guard.admit({ ...access("alice", "bob"), owner: { or: [anyone] }, source: { url: "/users" } });
  const [exception] = exceptions;
  expect(exception).toMatchObject({
    path: "/users",
    principal: { id: "alice" },
    exceptions: [{ param: "userId", value: "bob", policies: ["anyone"] }],
  });
  expect(Object.isFrozen(exception?.exceptions)).toBe(true);
  expect(Object.isFrozen(exception?.exceptions[0])).toBe(true);
  expect(Object.isFrozen(exception?.exceptions[0]?.policies)).toBe(true);
  await guard.admit({ ...access("alice", "alice"), source: { url: "/users" } });
  expect(accepted.at(-1)).toMatchObject({ path: "/users", principal: { id: "alice" } });
});

it("the user of a refusal is the one that the adapter names, then the one that was checked", () => {
  const events = collect("usher:reject");
  // One error for all users, and one request for two of them.
  const error = new AuthError("scope_insufficient");
  const request = {};
  const guard = createGuard<unknown, object | string>({ verifier, ownerParam: null, log: false });
  const [alice, bob] = ["alice", "bob"].map((user) => principalOf(user));
  for (const source of [request, "a request that is no object"]) {
    const route = {
      params: {},
      get ownerParams(): never {
        throw error;
      },
    };
    expect(() => guard.authorize(alice as never, route, source)).toThrow();
    expect(() => guard.authorize(bob as never, route, source)).toThrow();
    guard.refuse(error, source, alice as never);
    guard.refuse(error, source);
    guard.refuse(new AuthError("token_expired"), source);
  }
  expect(events.map(({ principal }) => principal?.id)).toEqual([
    "alice",
    "bob",
    undefined,
    "alice",
    undefined,
    undefined,
  ]);
});

it("an exception reaches a listener without a subscriber, and the reverse", async () => {
  const onOwnerException = vi.fn();
  const describe = vi.fn(() => ({ path: "/users" }));
  const byBob = () => ({ ...access("alice", "bob"), owner: { or: [anyone] }, source: {} });
  const told = createGuard(
    { verifier, ownerParam: "userId", onOwnerException },
    { adapter: "test", describe },
  );
  await told.admit(byBob());
  expect(onOwnerException).toHaveBeenCalledOnce();
  // The request is described for subscribers only.
  expect(describe).not.toHaveBeenCalled();

  const events = collect("usher:owner-exception");
  await createGuard({ verifier, ownerParam: "userId" }, { adapter: "test", describe }).admit(byBob());
  expect(events).toMatchObject([{ adapter: "test", path: "/users", principal: { id: "alice" } }]);
});

it("an exception that no one observed yet is published when the owner is checked again", async () => {
  const guard = createGuard({ verifier, ownerParam: "userId" });
  const request = { ...access("alice", "bob"), owner: { or: [anyone] }, source: {} };
  await guard.admit(request);
  const events = collect("usher:owner-exception");
  await guard.admit(request);
  await guard.admit(request);
  expect(events).toHaveLength(1);
});

function principalOf(user: string) {
  return verifier.verifySync(issuer.tokenFor(user));
}
