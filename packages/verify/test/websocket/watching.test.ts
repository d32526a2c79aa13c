import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createGuard } from "../../src/access/index.ts";
import type { Verifier } from "../../src/index.ts";
import type { Connection } from "../../src/websocket/connection.ts";
import { openSession } from "../../src/websocket/session.ts";
import { Watch } from "../../src/websocket/watch.ts";
import { createBench } from "../support.ts";

const fail = (): never => {
  throw new Error("the host's own");
};

/** Sessions of one guard, with any connection. */
function createSockets(own: Partial<Verifier> = {}) {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => {
    vi.useRealTimers();
    warnings.mockRestore();
  });
  const { issuer, clock, verifier: good } = createBench();
  const verifier = { ...good, ...own };
  const guard = createGuard<Record<string, unknown>, undefined>({
    verifier: verifier as never,
    ownerParam: null,
  });
  const watch = new Watch();
  const open = (connection: Connection) => {
    const token = issuer.tokenFor("alice");
    const principal = good.verifySync(token);
    const access = { params: {}, ownerParams: [] };
    openSession({
      guard,
      verifier,
      watch,
      request: undefined,
      connection,
      token,
      principal,
      access,
    } as never);
  };
  return { clock, open, warnings };
}

describe("a watched socket", () => {
  it("that cannot be closed affects neither the process nor other sockets, and is reported at most twice", () => {
    const { clock, open, warnings } = createSockets();
    open({ close: fail, destroy: fail });
    const close = vi.fn();
    open({ close, destroy: () => undefined });
    clock.advance(3600);
    for (let look = 0; look < 10; look++) vi.advanceTimersByTime(500);
    expect(close.mock.calls).toEqual([[4401, "token_expired"]]);
    expect(warnings.mock.calls.map(([text]) => text)).toEqual(
      Array(2).fill('a WebSocket could not be closed: "the host\'s own"'),
    );
  });

  it.each<[string, () => unknown]>([
    ["a promise", async () => undefined],
    ["a promise that rejects", async () => fail()],
  ])("is disconnected if verifySync returns %s", async (_case, answer) => {
    const { open, warnings } = createSockets({ verifySync: answer as never });
    const destroy = vi.fn();
    open({ close: fail, destroy });
    vi.advanceTimersByTime(500);
    expect(destroy).toHaveBeenCalledOnce();
    expect(warnings).toHaveBeenCalledOnce();
  });
});
