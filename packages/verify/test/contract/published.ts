import { channel } from "node:diagnostics_channel";
import { subscribe, type UsherEvents } from "@usher-auth/verify/events";
import { expect, onTestFinished, vi } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import type { ContractTarget } from "./target.ts";

type Rejected = UsherEvents["usher:reject"];
type Accepted = UsherEvents["usher:accept"];

/** What subscribers of this process get, without an option of the guard. */
export function publishedContract(
  { behaviour, bearer, issuer, start }: ContractBench,
  { adapter, hasRoutes = true }: ContractTarget["tells"],
): void {
  behaviour(rejectPublished, async () => {
    const events = collect<Rejected>("usher:reject");
    const app = await start({});
    const token = issuer.tokenFor("alice", { wrongIssuer: true });
    await app.send({ target: "/me", headers: [`Authorization: Bearer ${token}`] });
    for (const _ of [1, 2]) await app.send({ target: "/api/b0b/tasks", headers: [bearer("alice")] });
    await app.send({ target: "/unknown/17?x=1" });
    const mismatch = {
      adapter,
      method: "GET",
      code: "owner_mismatch",
      status: 403,
      hint: expect.stringContaining("userId"),
      principal: { id: "alice" },
      ...(hasRoutes ? { route: "/api/:userId/tasks" } : { path: "/api/*/tasks" }),
    };
    expect(events).toMatchObject([
      { adapter, method: "GET", code: "issuer_rejected", status: 401 },
      mismatch,
      mismatch,
      { adapter, method: "GET", code: "credentials_missing", status: 401, path: "/unknown/*" },
    ]);
    for (const event of events) {
      expect(Object.isFrozen(event)).toBe(true);
      const { request, ...told } = event;
      expect(request).toBeTypeOf("object");
      expect(JSON.stringify(told)).not.toContain(token);
    }
    expect(events[0]).not.toHaveProperty("principal");
    expect(events[0]?.route ?? events[0]?.path).toBe("/me");
  });

  behaviour(acceptPublished, async () => {
    const events = collect<Accepted>("usher:accept");
    const app = await start({});
    await app.send({ target: "/me" });
    expect(events).toEqual([]);
    await app.send({ target: "/api/u1/tasks", headers: [bearer("u1")] });
    expect(events).toMatchObject([{ adapter, method: "GET", principal: { id: "u1" } }]);
    const [{ route, path } = {}] = events;
    // A framework may choose the route after its middleware.
    expect([{ route: "/api/:userId/tasks" }, { path: "/api/*/tasks" }]).toContainEqual({ route, path });
  });

  behaviour(failingSubscriber, async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    const fail = () => {
      throw new Error("the subscriber is broken");
    };
    for (const name of ["usher:verify", "usher:accept", "usher:reject"] as const) {
      onTestFinished(subscribe(name, fail));
      onTestFinished(subscribe(name, () => Promise.reject(new Error("the subscriber is broken"))));
    }
    const app = await start({});
    expectRefusal(await app.send({ target: "/me" }), "credentials_missing");
    expectRefusal(await app.send({ target: "/api/bob/tasks", headers: [bearer("alice")] }), "owner_mismatch");
    expect((await app.send({ target: "/me", headers: [bearer("alice")] })).status).toBe(200);
    expect(warned).toHaveBeenCalled();
  });
}

/** These do not apply if the app is in another process. */
export const rejectPublished = "usher:reject is published once for each refused request";
export const acceptPublished = "usher:accept is published once for each accepted request";
export const failingSubscriber = "a subscriber that fails changes nothing";

/** Collects the events of a channel until the end of the test, as any tool of the process gets them. */
function collect<Event>(name: keyof UsherEvents): Event[] {
  const events: Event[] = [];
  const receive = (event: unknown): unknown => events.push(event as Event);
  channel(name).subscribe(receive);
  onTestFinished(() => void channel(name).unsubscribe(receive));
  return events;
}
