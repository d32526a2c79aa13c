import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Principal, TokenClaims, Verifier } from "@usher-auth/verify";
import { createAnswers } from "../../../../packages/cli/src/gate/answer/answers.ts";
import { createGateGuard } from "../../../../packages/cli/src/gate/guard.ts";
import { createHandlers } from "../../../../packages/cli/src/gate/handlers.ts";
import { createJudge } from "../../../../packages/cli/src/gate/judge.ts";
import type { Rule } from "../../../../packages/cli/src/gate/policy/rule.ts";
import { createRouteTable } from "../../../../packages/cli/src/gate/policy/table.ts";
import { trustedProxies } from "../../../../packages/cli/src/gate/request/addresses.ts";
import { createCors } from "../../../../packages/cli/src/gate/request/cors.ts";
import { createLog } from "../../../../packages/cli/src/gate/server/log.ts";
import { startServer } from "../../../../packages/cli/src/gate/server/server.ts";
import { connectUpstream } from "../../../../packages/cli/src/gate/upstream/upstream.ts";
import { bridgeWebSockets } from "../../../../packages/cli/src/gate/upstream/websocket.ts";
import type { Judge } from "../../../../packages/cli/src/gate/verdict.ts";
import {
  type RawRequest,
  type RawResponse,
  sendRaw,
} from "../../../../packages/verify/test/contract/raw-request.ts";

/** A request that reached the backend. */
export interface Arrived {
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The gate as its command composes it, whose verifier and rules are those of each vector. */
export interface ComposedGate {
  /** Sends a request, and returns the response and what reached the backend. */
  ask(
    policy: VectorPolicy,
    request: RawRequest,
  ): Promise<{ readonly response: RawResponse; readonly arrived: readonly Arrived[] }>;
  close(): Promise<void>;
}

/** What the gate of one vector judges by. */
interface VectorPolicy {
  readonly verifier: Verifier;
  readonly rules: readonly Rule[];
}

export async function startComposedGate(): Promise<ComposedGate> {
  const arrived: Arrived[] = [];
  const backend = createServer((request, response) => {
    arrived.push({ target: request.url ?? "", headers: request.headers });
    response.end("arrived");
  });
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  const upstream = new URL(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
  const settings = {
    timeout: 20_000,
    idleTimeout: 20_000,
    maxRequestBytes: undefined,
    cors: false,
    upstream,
  } as const;
  const cors = createCors(false);
  const trusted = trustedProxies([]);
  const log = createLog("silent", { isTTY: false, write: () => undefined });
  let current: Judge | undefined;
  const judge: Judge = (head) => (current as Judge)(head);
  const webSockets = bridgeWebSockets({
    ...settings,
    guard: createGateGuard(unusedVerifier).guard,
    verifier: unusedVerifier,
  });
  const handlers = createHandlers({
    judge,
    cors,
    trusted,
    log,
    backend: { http: connectUpstream(settings), webSockets },
    answers: createAnswers({ judge, cors, origins: false, trusted, report: () => undefined }),
    health: () => false,
    logout: undefined,
  });
  const server = await startServer(handlers, { host: "127.0.0.1", port: 0 }, log);
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    ask: async ({ verifier, rules }, request) => {
      const policy = { table: createRouteTable(rules), title: undefined, notes: [], warnings: [] };
      current = createJudge({ ...createGateGuard(verifier), cors, policy: () => policy });
      arrived.length = 0;
      return { response: await sendRaw(origin, request), arrived: [...arrived] };
    },
    close: async () => {
      await server.close();
      backend.closeAllConnections();
      backend.close();
      log.close();
    },
  };
}

/** Accepts every token as this principal's. */
export function verifierFor(principal: Principal, seen: (token: string) => void = () => undefined): Verifier {
  const verifySync = (token: string) => {
    seen(token);
    return principal;
  };
  return { verifySync, verify: async (token) => verifySync(token), ready: async () => undefined };
}

const unusedVerifier = verifierFor({ id: "nobody", kind: "user", expiresAt: 0, claims: {} as TokenClaims });

/** A rule that needs a token, and nothing else unless stated. */
export function ruleFor(template: string, more: Partial<Rule> = {}): Rule {
  return {
    method: "GET",
    template,
    access: "required",
    owners: new Map(),
    scopes: [],
    claims: new Map(),
    source: "file",
    ...more,
  };
}
