import { execFile } from "node:child_process";
import { chownSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Identity } from "../files/file-access.ts";

/**
 * Initialises `folder/data` with the superuser `postgres`, the given password, UTF-8, and a sort order that
 * is the same on every machine.
 */
export async function createCluster({
  native,
  identity,
  folder,
  password,
}: {
  native: string;
  identity: Identity;
  folder: string;
  password: string;
}): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  chownSync(passwordFile, identity.uid, identity.gid);
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  try {
    await promisify(execFile)(
      join(native, "bin/initdb"),
      [`--pgdata=${join(folder, "data")}`, "--no-sync", "--no-instructions", ...locale, ...access],
      {
        cwd: folder,
        env: { LC_ALL: "C", TZ: "UTC" },
        ...(process.getuid?.() === 0 ? { uid: identity.uid, gid: identity.gid } : {}),
      },
    );
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`initdb failed: ${stderr?.trim() || String(error)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
