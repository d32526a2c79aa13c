import { isAuthError, verifierFromEnv } from "@usher-auth/verify";
import type { Environment } from "../terminal.ts";
import { createAnswers } from "./answer/answers.ts";
import { createGateGuard } from "./guard.ts";
import { createHandlers } from "./handlers.ts";
import { createJudge } from "./judge.ts";
import { openPolicySource } from "./policy/source.ts";
import { logPolicy } from "./policy-log.ts";
import { trustedProxies } from "./request/addresses.ts";
import { createCors } from "./request/cors.ts";
import { openRevocations } from "./revocations.ts";
import { createHealth } from "./server/health.ts";
import type { GateLog } from "./server/log.ts";
import { createLogout } from "./server/logout.ts";
import { type MetricsServer, serveMetrics } from "./server/metrics.ts";
import { startServer } from "./server/server.ts";
import type { Settings } from "./settings/settings.ts";
import { connectUpstream } from "./upstream/upstream.ts";
import { bridgeWebSockets } from "./upstream/websocket.ts";

/** A running gate. */
export interface Gate {
  /** `http://localhost:8080` */
  readonly url: string;
  /** Resolves when the routes are known. Until then, requests are answered with 503. */
  ready(): Promise<void>;
  /** Lets running requests end for up to 10 seconds, then closes everything. */
  close(): Promise<void>;
}

/** Milliseconds. The server has waited for running requests already. */
const upstreamDeadline = 1_000;

/**
 * Starts the gate: revocations and keys, the policy, and then the port. It starts without a backend and
 * without a document, and answers 503 until both are there.
 *
 * @throws {CannotRun} A setting is invalid, or the port cannot be opened.
 * @throws {ConfigurationError} Of the verifier.
 */
export async function startGate(settings: Settings, environment: Environment, log: GateLog): Promise<Gate> {
  const { upstream, cors: origins } = settings;
  const cors = createCors(origins);
  const trusted = trustedProxies(settings.trustedProxies);
  // Before the database is opened, so that an invalid setting is said first.
  verifierFromEnv(environment);
  const opened = await openRevocations(settings.revocations, environment, log);
  const verifier = verifierFromEnv(environment, opened && { revocations: opened.revocations });
  const { guard, describeJudged } = createGateGuard(verifier);
  const policy = openPolicySource(settings, (event) => logPolicy(log, event));
  const judge = createJudge({ guard, cors, policy: policy.current, describeJudged });
  const http = upstream && connectUpstream({ ...settings, upstream });
  const webSockets = upstream && bridgeWebSockets({ ...settings, upstream, guard, verifier });
  const backend = http && webSockets && { http, webSockets };
  let metrics: MetricsServer | undefined;
  let isStopping = false;
  const handlers = createHandlers({
    judge,
    cors,
    trusted,
    log,
    backend,
    answers: createAnswers({
      judge,
      cors,
      origins,
      trusted,
      report: ({ request, ...outcome }) => {
        if (outcome.code !== undefined) log.refused(request, outcome);
        else if (outcome.hint !== undefined) log.originUnknown(request, outcome.hint);
      },
    }),
    health: createHealth({
      verifier,
      hasPolicy: () => policy.current() !== undefined,
      isStopping: () => isStopping,
    }),
    logout: opened && createLogout(verifier, log),
  });

  async function closeParts(): Promise<void> {
    policy.close();
    await metrics?.close();
    await backend?.http.close(upstreamDeadline);
    await opened?.close();
  }

  try {
    if (settings.metricsPort !== undefined) {
      metrics = await serveMetrics(verifier, settings.metricsPort);
      log.info("metrics are served", { url: metrics.url });
    }
    const server = await startServer(handlers, settings, log);
    // So that the first request need not wait for keys. If the issuer is not up yet, the gate starts anyway.
    verifier.ready().catch((error: unknown) => {
      // The log has another line about revocations.
      if (isAuthError(error) && error.code === "revocations_unavailable") return;
      log.warn("the keys cannot be fetched yet, and are tried again", {
        hint: (error as { hint?: string }).hint,
      });
    });
    return {
      url: server.url,
      ready: policy.ready,
      async close() {
        isStopping = true;
        await server.close();
        await closeParts();
      },
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}
