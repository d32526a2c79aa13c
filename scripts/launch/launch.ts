import { secretFingerprintFromEnv } from "@usher-auth/verify";
import { commandLines } from "./command-lines.ts";
import { lockDataFolder } from "./data-folder.ts";
import { LaunchError } from "./launch-error.ts";
import { buildPage } from "./page.ts";
import { findSecret } from "./secret.ts";
import { type RunningService, type Service, startService } from "./service.ts";
import { readSettings, type Settings } from "./settings.ts";
import { stopSignal, whenAborted } from "./stop-signal.ts";
import { say, serviceOutput } from "./terminal.ts";

/** What to run, and how. */
export type LaunchMode = {
  /** Restart on every change, for development. */
  watch: boolean;
  /** The API to run instead of `apps/api`. Rejects with a LaunchError if it cannot be prepared. */
  api?: (environment: NodeJS.ProcessEnv, stopping: AbortSignal) => Promise<Service | GuardedBackend>;
};

/** An API of several processes: a backend, and what guards it. */
export type GuardedBackend = {
  services: readonly Service[];
  /** Lines about it for the terminal, such as the backend's address. */
  addresses: readonly string[];
  /** What `usher-auth audit` needs to know: where the OpenAPI document is, and the API if that is elsewhere. */
  audit: string;
};

/**
 * Runs the web app and the API until a stop signal arrives or one of them ends.
 *
 * @returns The exit code: 0 after a clean stop. 1 otherwise, and one line on stderr says why.
 */
export async function launch(mode: LaunchMode): Promise<number> {
  const stopping = stopSignal();
  try {
    return await run(mode, stopping);
  } catch (error) {
    if (stopping.aborted) return 0;
    if (!(error instanceof LaunchError)) throw error;
    say.error(error.message);
    return 1;
  }
}

async function run(mode: LaunchMode, stopping: AbortSignal): Promise<number> {
  const settings = await readSettings(process.env);
  const folder = lockDataFolder(settings.dataFolder);
  try {
    return await runIn(settings, mode, stopping);
  } finally {
    folder.release();
  }
}

async function runIn(settings: Settings, mode: LaunchMode, stopping: AbortSignal): Promise<number> {
  const { watch } = mode;
  const secret = findSecret(process.env, settings.dataFolder);
  const environment = { ...process.env, ...settings.environment, ...secret.environment };
  // In development, Vite serves the sources. PAGE_DIR is the folder of a page that was built elsewhere.
  if (!watch && !process.env.PAGE_DIR) await buildPage(stopping, say.line);

  const ofApi = environment.USHER_KEYS === "jwks" ? withoutSecrets(environment) : environment;
  const api = mode.api === undefined ? apiService(ofApi, watch) : await mode.api(ofApi, stopping);
  const { services: ofBackend, addresses, audit } = "services" in api ? api : documented(api, settings);
  const services = [...ofBackend, webService(environment, watch)];
  const running = services.map((service) => startService(service, serviceOutput(service.name)));
  let failure: string | undefined;
  try {
    await Promise.race([whenAborted(stopping), Promise.all(running.map((service) => service.ready))]);
    if (!stopping.aborted) {
      say.line("");
      for (const line of [`Web app   ${settings.webUrl}`, ...addresses]) say.line(line);
      printKeys(environment, secret.origin);
      for (const line of commandLines(ofApi, audit)) say.line(line);
      say.line(`Ctrl-C stops ${services.length === 2 ? "both" : "all"}.`);
    }
    const stopRequested = whenAborted(stopping).then(() => undefined);
    failure = await Promise.race([stopRequested, ...running.map((service) => service.ended)]);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    failure = error.message;
  }
  if (failure === undefined) say.line("stopping");
  const areClean = await Promise.all(running.map(stopAndReport));
  if (failure !== undefined) say.error(failure);
  return failure === undefined && areClean.every(Boolean) ? 0 : 1;
}

function apiService(environment: NodeJS.ProcessEnv, watch: boolean): Service {
  return {
    name: "api",
    entry: "apps/api/src/main.ts",
    environment,
    watch: watch
      ? ["apps/api/src", "apps/api/migrations", "packages/postgres/src", "packages/verify/src"]
      : [],
  };
}

function documented(api: Service, { apiUrl }: Settings): GuardedBackend {
  return {
    services: [api],
    addresses: [`API       ${apiUrl}   documentation at ${apiUrl}/docs`],
    audit: `${apiUrl}/openapi.json`,
  };
}

function webService(environment: NodeJS.ProcessEnv, watch: boolean): Service {
  return {
    name: "web",
    entry: "apps/web/src/server/main.ts",
    // Vite reloads the page.
    environment: watch ? { ...environment, USHER_DEV: "1" } : environment,
    watch: watch ? ["apps/web/src/server", "packages/issuer/src", "packages/verify/src"] : [],
  };
}

/** A process that only needs public keys gets no secret, so it cannot leak one. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BETTER_AUTH_SECRET: _secret, BETTER_AUTH_SECRETS: _secrets, ...others } = environment;
  return others;
}

async function stopAndReport(service: RunningService): Promise<boolean> {
  const isClean = await service.stop();
  if (!isClean) say.error(`the ${service.name} process did not stop within 10 seconds and was killed`);
  return isClean;
}

function printKeys(environment: NodeJS.ProcessEnv, origin: string): void {
  say.line(`Secret    fingerprint ${secretFingerprintFromEnv(environment)}, ${origin}`);
  if (environment.USHER_JWKS_URL)
    say.line(`Keys      ${environment.USHER_KEYS}, from ${environment.USHER_JWKS_URL}`);
}
