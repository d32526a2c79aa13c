import { resolve } from "node:path";
import { LaunchError } from "./launch-error.ts";
import { resolvePort } from "./ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the two processes listen, how they call each other, and where their data is. */
export type Settings = { webUrl: string; apiUrl: string; dataFolder: string; environment: Record<string, string> };

/**
 * Reads the environment, fills in its defaults, and gives the variables that both processes need.
 * @throws {LaunchError} A port that cannot be used.
 */
export async function readSettings(environment: Environment): Promise<Settings> {
  const host = environment.HOST || "127.0.0.1";
  const webPort = await resolvePort("WEB_PORT", environment.WEB_PORT || "3000", host);
  const apiPort = await resolvePort("API_PORT", environment.API_PORT || "3001", host);
  if (webPort === apiPort) throw new LaunchError(`WEB_PORT and API_PORT are both ${webPort}: set one to another port`);

  const dataFolder = resolve(environment.DATA_DIR || ".data");
  const webUrl = `http://localhost:${webPort}`;
  const apiUrl = `http://localhost:${apiPort}`;
  const keys = environment.USHER_KEYS || (environment.USHER_JWKS_URL ? "jwks" : "secret");
  return {
    webUrl,
    apiUrl,
    dataFolder,
    environment: {
      HOST: host,
      WEB_PORT: String(webPort),
      API_PORT: String(apiPort),
      DATA_DIR: dataFolder,
      BETTER_AUTH_URL: environment.BETTER_AUTH_URL || webUrl,
      API_URL: environment.API_URL || apiUrl,
      USHER_KEYS: keys,
      ...(keys.includes("jwks") && { USHER_JWKS_URL: environment.USHER_JWKS_URL || `${webUrl}/api/auth/jwks` }),
    },
  };
}
