import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));
const built = resolve(here, "../../../../node_modules/better-auth/dist");
const jwtModule = join(built, "plugins/jwt/index.mjs");
const testInstance = join(built, "test-utils/test-instance.mjs");
const testInstanceWithJwt = join(here, "test-instance.ts");

/** How Better Auth's tests run. */
export interface Sources {
  /** The folder of Better Auth's repository. */
  readonly sources: string;
  /** Whether `usherJwt()` takes the place of `jwt()`. */
  readonly usherJwt: boolean;
}

/**
 * Lets the tests in `sources` use the Better Auth that is installed here: as a package, and where they import
 * a file of its sources. Other packages come from here, too, if they are installed here.
 */
export function installedBetterAuth({ sources, usherJwt }: Sources): Plugin {
  const root = resolve(sources);
  const betterAuth = join(root, "packages/better-auth/src");

  function replaced(file: string, importer: string): string {
    if (usherJwt && file === jwtModule) return join(here, "jwt.ts");
    // These tests use no jwt().
    return file === testInstance && importer.endsWith("bearer.test.ts") ? testInstanceWithJwt : file;
  }

  return {
    name: "installed-better-auth",
    enforce: "pre",
    async resolveId(id, importer) {
      if (importer === undefined) return null;
      if (id === "better-auth/plugins/jwt" && importer === testInstanceWithJwt)
        return replaced(jwtModule, importer);
      if (!importer.startsWith(root)) return null;
      if (id === "listhen") return join(here, "listen.ts");
      if (id === "better-auth/plugins/jwt") return replaced(jwtModule, importer);
      if (!id.startsWith(".")) return await this.resolve(id, join(here, "installed.ts"), { skipSelf: true });
      const path = resolve(dirname(importer), id);
      if (!path.startsWith(betterAuth)) return null;
      const file = builtFile(join(built, relative(betterAuth, path)));
      return file === undefined ? null : replaced(file, importer);
    },
  };
}

function builtFile(path: string): string | undefined {
  return [`${path}.mjs`, join(path, "index.mjs")].find(existsSync);
}
