import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "./launch-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the secret comes from, and the variables that hand it on where the environment has none. */
export type FoundSecret = { origin: string; environment: Record<string, string> };

/**
 * The secret that both processes share: BETTER_AUTH_SECRETS, else BETTER_AUTH_SECRET, else a random one for
 * development that is kept in the data folder. Does NOT judge a given secret, nor whether there must be one:
 * keys.ts does, before.
 * @throws {LaunchError} A secret file that is empty or open to other users.
 */
export function findSecret(environment: Environment, dataFolder: string): FoundSecret {
  const given = ["BETTER_AUTH_SECRETS", "BETTER_AUTH_SECRET"].find((name) => environment[name]);
  if (given !== undefined) return { origin: given, environment: {} };
  const file = join(dataFolder, "better-auth-secret");
  return {
    origin: `made for development, kept in ${file}`,
    environment: { BETTER_AUTH_SECRET: readOrCreate(file) },
  };
}

function readOrCreate(file: string): string {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) create(file);
  // On Windows, rights are those of the folder above, and modes say nothing.
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw new LaunchError(
      `the secret in ${file} is open to other users: delete the file, or close it with chmod 600`,
    );
  }
  const secret = readFileSync(file, "utf8").trim();
  if (secret.length < 43) {
    throw new LaunchError(
      `${file} does not hold a whole secret: delete the file, and the next start makes a new one`,
    );
  }
  return secret;
}

/**
 * Linked into place when complete: nobody reads half a secret, and of two creators the second keeps the
 * first's.
 */
function create(file: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, {
      mode: 0o600,
      flag: "wx",
      flush: true,
    });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
