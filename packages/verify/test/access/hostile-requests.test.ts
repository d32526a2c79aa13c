import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { createGuard, type GuardHost } from "../../src/access/index.ts";
import { nodeHost } from "../../src/access/node-host.ts";
import { host as hono } from "../../src/adapters/hono/host.ts";
import { host as koa } from "../../src/adapters/koa/host.ts";
import { createCallHost } from "../../src/adapters/trpc/host.ts";
import { subscribe, type UsherEvents } from "../../src/events/index.ts";
import { AuthError } from "../../src/index.ts";
import { host as mcp } from "../../src/mcp/host.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
afterEach(() => vi.restoreAllMocks());

const broken = (): never => {
  throw new Error("it is broken");
};
const throwing = new Proxy(
  {},
  { get: broken, has: broken, ownKeys: broken, getOwnPropertyDescriptor: broken, getPrototypeOf: broken },
);
const getters = {
  get url() {
    return broken();
  },
  get log() {
    return broken();
  },
  get req() {
    return broken();
  },
};

const hosts: readonly GuardHost<never>[] = [
  nodeHost("node", () => undefined),
  hono,
  koa,
  createCallHost(),
  mcp,
];
const requests: readonly [string, unknown][] = [
  ["a proxy that throws", throwing],
  ["getters that throw", getters],
  ["a frozen object", Object.freeze({ method: "GET", url: "/users/17" })],
  ["of other types", { url: {}, method: [], id: Number.NaN, log: 7, req: 7, context: 7, var: 7 }],
  [
    "a logger whose methods are getters that throw",
    {
      log: {
        get info() {
          return broken();
        },
      },
    },
  ],
  ["a logger that is a proxy", { log: throwing }],
  ["a logger that throws later", { log: { level: "info", info: broken, warn: broken } }],
  ["undefined", undefined],
  ["null", null],
  ["a text", "GET /"],
  ["no prototype", Object.create(null)],
];

it.each(requests)("a request that is %s is refused, logged and published once", (_, request) => {
  const written = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const events: UsherEvents["usher:reject"][] = [];
  onTestFinished(subscribe("usher:reject", (event) => events.push(event)));
  for (const host of hosts) {
    const guard = createGuard<unknown, never>({ verifier, ownerParam: "userId" }, host);
    const expected = createGuard<unknown, never>({ verifier, ownerParam: "userId", log: false });
    const error = new AuthError("token_expired");
    expect(guard.refuse(error, request as never)).toEqual(expected.refuse(error, {} as never));
    expect(events.splice(0)).toMatchObject([{ code: "token_expired", adapter: host.adapter }, {}]);
    expect(written.mock.calls.length + warned.mock.calls.length, host.adapter).toBe(1);
    vi.clearAllMocks();
    const [own, foreign] = ["alice", "bob"].map((userId) => ({
      authorization: `Bearer ${issuer.tokenFor("alice")}`,
      tokenInQuery: false,
      params: { userId },
      ownerParams: ["userId"],
      source: request as never,
    }));
    expect(guard.admit(own as never)).toMatchObject({ id: "alice" });
    expect(() => guard.admit(foreign as never)).toThrow(AuthError);
  }
});

it("standard error that is missing or throws changes nothing, and becomes a warning", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const { warn } = console;
  onTestFinished(() => void Object.assign(console, { warn }));
  for (const broke of [undefined, broken]) {
    Object.assign(console, { warn: broke });
    const guard = createGuard<unknown, unknown>({ verifier, ownerParam: null });
    expect(guard.refuse(new AuthError("token_expired"), {}).status).toBe(401);
  }
  expect(warned).toHaveBeenCalledTimes(2);
});
