import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `npm run bench:peers` puts what it builds. */
export const peersFolder = fileURLToPath(
  new URL("../../../../node_modules/.cache/usher-peers", import.meta.url),
);

/** A peer that is built from its Go module. */
export interface Peer {
  readonly name: string;
  /** The name of its binary. */
  readonly program: string;
  readonly module: string;
  readonly version: string;
  /** Names a binary that was built elsewhere. */
  readonly variable: string;
}

/** The guards that do the same job. The versions are the newest ones that the Go module proxy has. */
export const peers = {
  oathkeeper: {
    name: "Oathkeeper",
    program: "oathkeeper",
    module: "github.com/ory/oathkeeper",
    version: "v0.40.9",
    variable: "OATHKEEPER",
  },
  oauth2Proxy: {
    name: "oauth2-proxy",
    program: "oauth2-proxy",
    module: "github.com/oauth2-proxy/oauth2-proxy/v7",
    version: "v7.15.6",
    variable: "OAUTH2_PROXY",
  },
} as const satisfies Record<string, Peer>;

/** The peer's binary: the one that its variable names, the one that was built here, or one on the PATH. */
export function findPeer({ program, variable }: Peer): string | undefined {
  return process.env[variable] ?? findProgram(program, [peersFolder]);
}

/** A program in one of these folders, or on the PATH. */
export function findProgram(program: string, first: readonly string[] = []): string | undefined {
  const folders = [...first, ...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, program)).find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
