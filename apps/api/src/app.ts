import helmet from "@fastify/helmet";
import type { Verifier } from "@usher-auth/verify";
import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
import Fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { Config } from "./config.ts";
import type { Database } from "./db.ts";
import { answerClientError } from "./http/client-error.ts";
import { allowOrigin } from "./http/cross-origin.ts";
import { answerErrorsWithProblems, answerFrameworkError } from "./http/errors.ts";
import { prepareEveryRequest } from "./http/every-request.ts";
import { type ClientTimes, clientTimes, serverLimits } from "./http/limits.ts";
import { type LogStream, loggingOptions } from "./http/logging.ts";
import { requestId } from "./http/request-id.ts";
import { openDocsToEverybody, serveDocsPage } from "./openapi/docs-page.ts";
import { documentRoutes } from "./openapi/document.ts";
import { faviconRoute } from "./routes/favicon.ts";
import { healthRoutes } from "./routes/health.ts";
import { openApiRoute } from "./routes/openapi.ts";
import { taskRoutes } from "./routes/tasks.ts";

/** What the app is made of. It owns none of it: whoever opened the database closes it, after the app. */
export type AppOptions = {
  readonly config: Pick<Config, "issuer" | "audience" | "logLevel">;
  readonly database: Database;
  /** Where it has revocations, the issuer may tell of ended sessions. */
  readonly verifier: Verifier;
  /** Where log lines go; default: standard output. */
  readonly logStream?: LogStream;
  /** For tests, which need not wait as long. Default: {@link clientTimes}. */
  readonly times?: ClientTimes;
};

/**
 * Puts the API together, in the order in which a request meets it. Deny by default: a route needs a valid
 * token unless it says `config: { public: true }`. Does not listen.
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
  await allowOrigin(app, new URL(config.issuer).origin);
  openDocsToEverybody(app);
  await app.register(usher, { verifier, ownerParam: "userId" });
  await documentRoutes(app, config.audience);

  await app.register(healthRoutes, { database, verifier });
  await app.register(openApiRoute);
  await app.register(faviconRoute);
  await app.register(serveDocsPage);
  await app.register(taskRoutes, { database });
  if (verifier.revocations !== undefined) await app.register(backchannelLogout, { verifier });
  return app;
}

/** An answer of the API is data: should a browser take one for a page, it may load, run and frame nothing. */
const contentPolicy = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
};
