import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { npmCommand } from "../../../scripts/run/npm-command.ts";
import { packed } from "../../e2e/packages/packed.ts";
import { startRegistry } from "./npm-registry.ts";
import type { Shell } from "./shell.ts";

const issuer = "https://app.example.com";
const audience = "https://api.example.com";

/** New projects of readers, in which npm finds this repository's packages. */
export interface Projects {
  /** The shell in the project of this name. The first call makes it, with settings of an API and tokens. */
  shellIn(name: string, settings?: Readonly<Record<string, string>>): Shell & { readonly folder: string };
  close(): Promise<void>;
}

/** Packs the packages and starts a registry that has them. */
export async function openProjects(): Promise<Projects> {
  const folder = mkdtempSync(join(tmpdir(), "usher projects-"));
  const { command, args } = npmCommand(["config", "get", "registry"]);
  const others = execFileSync(command, args, { encoding: "utf8" }).trim();
  const registry = await startRegistry(await packed(join(folder, "tarballs")), others);
  const made = new Set<string>();
  return {
    shellIn: (name, settings = {}) => {
      const project = join(folder, name.replaceAll(/[^\w]/g, "-"));
      if (!made.has(project)) fill(project, settings);
      made.add(project);
      return {
        folder: project,
        environment: {
          npm_config_registry: registry.url,
          npm_config_audit: "false",
          npm_config_fund: "false",
          npm_config_yes: "true",
        },
        before: "pbpaste() { cat token.txt; }",
      };
    },
    close: async () => {
      await registry.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function fill(project: string, settings: Readonly<Record<string, string>>): void {
  const users = createTestIssuer({ issuer, audience });
  const all = { BETTER_AUTH_SECRET: users.secret, BETTER_AUTH_URL: issuer, API_URL: audience, ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  mkdirSync(project);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "project", private: true, type: "module" }),
  );
  writeFileSync(join(project, ".env"), lines.join(""));
  for (const [file, user] of Object.entries({ token: "alice", a: "alice", b: "bob" })) {
    writeFileSync(join(project, `${file}.txt`), users.tokenFor(user));
  }
}
