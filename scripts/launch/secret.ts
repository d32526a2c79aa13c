import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "./launch-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the secret comes from, and the variables that the processes need if their environment has no secret.
 */
export type FoundSecret = { origin: string; environment: Record<string, string> };

/**
 * Finds the secret that both processes share: BETTER_AUTH_SECRETS, or else BETTER_AUTH_SECRET, or else a
 * random one for development in the data folder. Does NOT check a secret from the environment, or whether
 * production has one: keys.ts has done that.
 * @throws {LaunchError} The secret file is incomplete, or other users can read it.
 */
export function findSecret(environment: Environment, dataFolder: string): FoundSecret {
  const given = ["BETTER_AUTH_SECRETS", "BETTER_AUTH_SECRET"].find((name) => environment[name]);
  if (given !== undefined) return { origin: given, environment: {} };
  const file = join(dataFolder, "better-auth-secret");
  return {
    origin: `created for development, in ${file}`,
    environment: { BETTER_AUTH_SECRET: readOrCreate(file) },
  };
}

function readOrCreate(file: string): string {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) create(file);
  // On Windows, files have no modes: their access rights come from the folder.
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw new LaunchError(
      `other users can read the secret in ${file}: delete the file, or run chmod 600 on it`,
    );
  }
  const secret = readFileSync(file, "utf8").trim();
  if (secret.length < 43) {
    throw new LaunchError(
      `${file} contains no complete secret: delete the file, and the next start creates a new one`,
    );
  }
  return secret;
}

/**
 * Writes a draft and links it, so that no process reads half a secret, and two processes use the same one.
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
