import { resolve } from "node:path";
import { faultOfKeys } from "./keys.ts";
import { LaunchError } from "./launch-error.ts";
import { resolvePort } from "./ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the two processes listen, how they call each other, and where their data is. */
export type Settings = {
  webUrl: string;
  apiUrl: string;
  dataFolder: string;
  environment: Record<string, string>;
};

/**
 * Reads the environment, fills in its defaults, and gives the variables that both processes need.
 * @throws {LaunchError} Ports that cannot be used, and keys that the verifier refuses: all of them at once,
 *   in one line.
 */
export async function readSettings(environment: Environment): Promise<Settings> {
  const host = environment.HOST || "127.0.0.1";
  const faults: string[] = [];
  const portOf = (name: string, standard: string) =>
    resolvePort(name, environment[name] || standard, host).catch((error: unknown) => {
      if (!(error instanceof LaunchError)) throw error;
      faults.push(error.message);
      return 0;
    });
  const webPort = await portOf("WEB_PORT", "3000");
  const apiPort = await portOf("API_PORT", "3001");
  if (webPort === apiPort && webPort > 0) {
    faults.push(`WEB_PORT and API_PORT are both ${webPort}: set one to another port`);
  }

  const dataFolder = resolve(environment.DATA_DIR || ".data");
  const webUrl = `http://localhost:${webPort}`;
  const apiUrl = `http://localhost:${apiPort}`;
  const keys = environment.USHER_KEYS || (environment.USHER_JWKS_URL ? "jwks" : "secret");
  const handedOn = {
    HOST: host,
    WEB_PORT: String(webPort),
    API_PORT: String(apiPort),
    DATA_DIR: dataFolder,
    BETTER_AUTH_URL: environment.BETTER_AUTH_URL || webUrl,
    API_URL: environment.API_URL || apiUrl,
    USHER_KEYS: keys,
    ...(keys.includes("jwks") && { USHER_JWKS_URL: environment.USHER_JWKS_URL || `${webUrl}/api/auth/jwks` }),
  };
  const ofKeys = faultOfKeys({ ...environment, ...handedOn });
  if (ofKeys !== undefined) faults.push(ofKeys);
  if (faults.length > 0) throw new LaunchError(faults.join("; "));
  return { webUrl, apiUrl, dataFolder, environment: handedOn };
}
