import { resolve } from "node:path";
import { faultOfKeys } from "./keys.ts";
import { LaunchError } from "./launch-error.ts";
import { resolvePort } from "./ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The addresses of the two processes, and where their data is. */
export type Settings = {
  webUrl: string;
  apiUrl: string;
  dataFolder: string;
  environment: Record<string, string>;
};

/**
 * Reads the environment and fills in the defaults.
 * @throws {LaunchError} Ports are not available, or the verifier rejects the keys: everything in one line.
 */
export async function readSettings(environment: Environment): Promise<Settings> {
  const host = environment.HOST || "127.0.0.1";
  const faults: string[] = [];
  const portOf = (name: string, fallback: string) =>
    resolvePort(name, environment[name] || fallback, host).catch((error: unknown) => {
      if (!(error instanceof LaunchError)) throw error;
      faults.push(error.message);
      return 0;
    });
  const webPort = await portOf("WEB_PORT", "3000");
  const apiPort = await portOf("API_PORT", "3001");
  if (webPort === apiPort && webPort > 0) {
    faults.push(`WEB_PORT and API_PORT are both ${webPort}: change one of them`);
  }

  const dataFolder = resolve(environment.DATA_DIR || ".data");
  const webUrl = `http://localhost:${webPort}`;
  const apiUrl = `http://localhost:${apiPort}`;
  const keys = environment.USHER_KEYS || (environment.USHER_JWKS_URL ? "jwks" : "secret");
  const variables = {
    HOST: host,
    WEB_PORT: String(webPort),
    API_PORT: String(apiPort),
    DATA_DIR: dataFolder,
    BETTER_AUTH_URL: environment.BETTER_AUTH_URL || webUrl,
    API_URL: environment.API_URL || apiUrl,
    USHER_KEYS: keys,
    ...(keys.includes("jwks") && { USHER_JWKS_URL: environment.USHER_JWKS_URL || `${webUrl}/api/auth/jwks` }),
  };
  const keyFault = faultOfKeys({ ...environment, ...variables });
  if (keyFault !== undefined) faults.push(keyFault);
  if (faults.length > 0) throw new LaunchError(faults.join("; "));
  return { webUrl, apiUrl, dataFolder, environment: variables };
}
