import helmet from "@fastify/helmet";
import type { Verifier } from "@usher-auth/verify";
import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
import Fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { Config } from "./config.ts";
import type { Database } from "./db.ts";
import { createRecentRefusals } from "./development/recent-refusals.ts";
import { hasReport, nameReports, refusalHeader, refusalRoute } from "./development/refusal-route.ts";
import { answerClientError } from "./http/client-error.ts";
import { allowOrigin } from "./http/cross-origin.ts";
import { answerErrorsWithProblems, answerFrameworkError } from "./http/errors.ts";
import { prepareEveryRequest } from "./http/every-request.ts";
import { type ClientTimes, clientTimes, serverLimits } from "./http/limits.ts";
import { type LogStream, loggingOptions } from "./http/logging.ts";
import { requestId } from "./http/request-id.ts";
import { makeDocsPublic, serveDocsPage } from "./openapi/docs-page.ts";
import { documentRoutes } from "./openapi/document.ts";
import { faviconRoute } from "./routes/favicon.ts";
import { healthRoutes } from "./routes/health.ts";
import { openApiRoute } from "./routes/openapi.ts";
import { taskRoutes } from "./routes/tasks.ts";

/** The caller keeps ownership: it closes the database after the app. */
export type AppOptions = {
  readonly config: Pick<Config, "issuer" | "audience" | "logLevel">;
  readonly database: Database;
  /** If it has revocations, the app also serves `POST /backchannel-logout` for the issuer. */
  readonly verifier: Verifier;
  /** Where log lines go. Default: standard output. */
  readonly logStream?: LogStream;
  /** Shows why requests were refused at `/dev/refusals/<request id>`, to anyone. Default: false. */
  readonly showRefusals?: boolean;
  /** Shorter times for tests. Default: {@link clientTimes}. */
  readonly times?: ClientTimes;
};

/**
 * Builds the API; its parts are registered in the order in which a request meets them. Every route requires a
 * valid token unless it has `config: { public: true }`. Does not listen.
 */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, database, verifier } = options;
  const app = Fastify({
    ...loggingOptions(config, options.logStream),
    ...serverLimits(options.times ?? clientTimes),
    genReqId: requestId,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  prepareEveryRequest(app);
  answerErrorsWithProblems(app);
  await app.register(helmet, { contentSecurityPolicy: contentPolicy });
  const refusals = options.showRefusals ? createRecentRefusals() : undefined;
  await allowOrigin(app, new URL(config.issuer).origin, refusals === undefined ? [] : [refusalHeader]);
  if (refusals !== undefined) nameReports(app, refusals);
  makeDocsPublic(app);
  await app.register(usher, {
    verifier,
    ownerParam: "userId",
    ...(refusals && {
      onReject: ({ error, principal, request }) => {
        if (hasReport(request)) refusals.add(request.id, error, principal?.id);
      },
    }),
  });
  await documentRoutes(app, config);

  await app.register(taskRoutes, { database });
  await app.register(healthRoutes, { database, verifier });
  await app.register(openApiRoute);
  await app.register(faviconRoute);
  await app.register(serveDocsPage);
  if (refusals !== undefined) await app.register(refusalRoute, { refusals });
  if (verifier.revocations !== undefined) await app.register(backchannelLogout, { verifier });
  return app;
}

/** Responses are data. If a browser renders one as a page, that page may not load, run or frame anything. */
const contentPolicy = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
};
