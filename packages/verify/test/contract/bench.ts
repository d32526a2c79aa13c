import type { TestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, beforeEach, it, onTestFinished } from "vitest";
import { createBench, type HandClock } from "../support.ts";
import { callersOwnerParam, protectedResource } from "./caller-rules.ts";
import { type RawRequest, type RawResponse, sendRaw } from "./raw-request.ts";
import type {
  CallersOptions,
  ContractOptions,
  ContractServer,
  ContractTarget,
  HandlerView,
  TargetCallers,
  VerifierParts,
} from "./target.ts";
import { verifierOf } from "./trust.ts";

/** A target's running app, and what its handlers saw. */
export interface RunningApp {
  send(request: RawRequest): Promise<RawResponse>;
  /** What the handlers saw, in order. A rejected request adds nothing. */
  readonly seen: readonly HandlerView[];
}

/** What a behaviour uses: an app that all behaviours share, and functions that start other apps. */
export interface ContractBench extends RunningApp {
  readonly issuer: TestIssuer;
  readonly clock: HandClock;
  /** The header line with a token of this user. */
  bearer(user: string, claims?: Record<string, unknown>): string;
  /** Starts an app with other options or another verifier. Stops it at the end of the test. */
  start(options: Partial<ContractOptions>, made?: VerifierParts): Promise<RunningApp>;
  /** Starts the target's app of variants before the tests of the calling suite, and stops it after them. */
  serveShapes(): RunningApp;
  /** As `serveShapes`, for the target's app of callers. */
  serveCallers(callers: TargetCallers, onOwnerException: CallersOptions["onOwnerException"]): RunningApp;
  /** Defines a test. It is skipped if the target lists its name as an exception. */
  behaviour(name: string, run: () => Promise<void>): void;
}

/** Starts the target's app before the tests of the calling suite, and stops it after them. */
export function createContractBench(target: ContractTarget): ContractBench {
  const { issuer, clock } = createBench();
  const shared: VerifierParts = {
    trust: { keys: "secret", secret: issuer.secret, issuer: issuer.issuer, audience: issuer.audience },
    clock,
  };
  const record = recorder();
  let server: ContractServer;
  beforeAll(async () => {
    server = await startTarget({}, record.handle, shared);
  });
  beforeEach(() => {
    record.seen.length = 0;
  });
  afterAll(() => server.close());

  function startTarget(
    options: Partial<ContractOptions>,
    handle: (view: HandlerView) => object,
    made: VerifierParts,
  ): Promise<ContractServer> {
    const verifier = verifierOf(made.trust, made.clock);
    return target.start({ ownerParam: "userId", verifier, log: false, ...options }, handle, made);
  }

  return {
    issuer,
    clock,
    seen: record.seen,
    send: (request) => sendTo(server, request),
    bearer: (user, claims = {}) => `Authorization: Bearer ${issuer.tokenFor(user, { claims })}`,
    start: async (options, made = shared) => {
      const own = recorder();
      const other = await startTarget(options, own.handle, made);
      onTestFinished(() => other.close());
      return { seen: own.seen, send: (request) => sendTo(other, request) };
    },
    serveShapes: () =>
      serve((handle) => {
        const verifier = verifierOf(shared.trust, clock);
        return target.shapes.start({ ownerParam: "userId", verifier, log: false }, handle, shared);
      }),
    serveCallers: (callers, onOwnerException) =>
      serve((handle) => {
        const accessTokens = { issuer: `${issuer.issuer}/api/auth`, scopes: null };
        const made = { ...shared, trust: { ...shared.trust, accessTokens } };
        const verifier = verifierOf(made.trust, clock);
        const parts = { verifier, ownerParam: callersOwnerParam, protectedResource };
        return callers.start({ ...parts, log: false, onOwnerException }, handle, made);
      }),
    behaviour: (name, run) =>
      it(name, async ({ skip }) => {
        const reason = target.exceptions?.[name];
        if (reason !== undefined) skip(reason);
        await run();
      }),
  };
}

/** Starts an app before the tests of the calling suite, and stops it after them. */
function serve(start: (handle: (view: HandlerView) => object) => Promise<ContractServer>): RunningApp {
  const own = recorder();
  let app: ContractServer;
  beforeAll(async () => {
    app = await start(own.handle);
  });
  beforeEach(() => {
    own.seen.length = 0;
  });
  afterAll(() => app?.close());
  return { seen: own.seen, send: (request) => sendTo(app, request) };
}

function sendTo(server: ContractServer, request: RawRequest): Promise<RawResponse> {
  return server.send === undefined ? sendRaw(server.origin, request) : server.send(request);
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
