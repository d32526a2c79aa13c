import type { TestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, beforeEach, it, onTestFinished } from "vitest";
import { createBench, type HandClock } from "../support.ts";
import { type RawRequest, type RawResponse, sendRaw } from "./raw-request.ts";
import type { ContractOptions, ContractServer, ContractTarget, HandlerView } from "./target.ts";

/** A target's app at work, and what its handlers saw. */
export interface RunningApp {
  send(request: RawRequest): Promise<RawResponse>;
  /** What the handlers saw, in order. A refused request must leave nothing here. */
  readonly seen: readonly HandlerView[];
}

/** What a behaviour works with: an app that is shared by all behaviours, and the means to start another one. */
export interface ContractBench extends RunningApp {
  readonly issuer: TestIssuer;
  readonly clock: HandClock;
  /** The header line with a token of this user's. */
  bearer(user: string, claims?: Record<string, unknown>): string;
  /** Starts an app with other options, and stops it after the test that asked for it. */
  start(options: Partial<ContractOptions>): Promise<RunningApp>;
  /** A test, unless the target has a reason why it cannot hold. */
  behaviour(name: string, run: () => Promise<void>): void;
}

/** Starts the target before the tests of the suite that this is called in, and stops it after them. */
export function createContractBench(target: ContractTarget): ContractBench {
  const { issuer, verifier, clock } = createBench();
  const shared = recorder();
  let server: ContractServer;
  beforeAll(async () => {
    server = await target.start({ verifier, ownerParam: "userId" }, shared.handle);
  });
  beforeEach(() => {
    shared.seen.length = 0;
  });
  afterAll(() => server.close());

  return {
    issuer,
    clock,
    seen: shared.seen,
    send: (request) => sendRaw(server.origin, request),
    bearer: (user, claims = {}) => `Authorization: Bearer ${issuer.tokenFor(user, { claims })}`,
    start: async (options) => {
      const own = recorder();
      const other = await target.start({ verifier, ownerParam: "userId", ...options }, own.handle);
      onTestFinished(() => other.close());
      return { seen: own.seen, send: (request) => sendRaw(other.origin, request) };
    },
    behaviour: (name, run) =>
      it(name, async ({ skip }) => {
        const reason = target.exceptions?.[name];
        if (reason !== undefined) skip(reason);
        await run();
      }),
  };
}

function recorder() {
  const seen: HandlerView[] = [];
  return {
    seen,
    handle: (view: HandlerView): object => {
      seen.push(view);
      return { id: view.principal?.id, claims: view.principal?.claims, params: view.params };
    },
  };
}
