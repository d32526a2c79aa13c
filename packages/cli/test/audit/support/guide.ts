import { readFileSync, writeFileSync } from "node:fs";
import { createTestIssuer } from "@usher-auth/testing";
import { startBackend } from "./backend.ts";
import type { OwnApi } from "./own-api.ts";
import { runAudit } from "./run-audit.ts";

const guide = new URL("../../../../../docs/guide/audit.md", import.meta.url);

/** An audit of a small backend with two flaws. */
export async function auditOfBrokenApi(): Promise<string> {
  const issuer = createTestIssuer();
  const flaws = { announcements: "open", notes: "finds objects by id alone" } as const;
  const server = await startBackend(issuer.secret, flaws, ["ada", "grace"]);
  const tokens = { USHER_TOKEN_A: issuer.tokenFor("ada"), USHER_TOKEN_B: issuer.tokenFor("grace") };
  const { output } = await runAudit([server.documentUrl], tokens);
  await server.close();
  return withFixedPort(output, server.url);
}

/** An audit of the API of this repository, with every check. */
export async function auditOfOwnApi(api: OwnApi): Promise<string> {
  const issuer = createTestIssuer();
  const url = await api.serve(issuer);
  const tokens = {
    USHER_TOKEN_A: issuer.tokenFor("ada"),
    USHER_TOKEN_B: issuer.tokenFor("grace"),
    USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
  };
  const { output } = await runAudit([`${url}/openapi.json`, "--writes"], tokens);
  return withFixedPort(output, url);
}

/** Replaces the random port. */
function withFixedPort(output: string, url: string): string {
  return output.replaceAll(url, "http://localhost:3001");
}

/** The outputs in the guide, by name. */
export function shown(): ReadonlyMap<string, string> {
  return new Map(
    [...readFileSync(guide, "utf8").matchAll(block)].map(([, name = "", text = ""]) => [name, text]),
  );
}

/** Replaces the outputs in the guide. */
export function show(outputs: ReadonlyMap<string, string>): void {
  const text = readFileSync(guide, "utf8").replaceAll(block, (_, name: string, former: string) => {
    return `<!-- output: ${name} -->\n\`\`\`text\n${outputs.get(name) ?? former}\`\`\``;
  });
  writeFileSync(guide, text);
}

/** Removes the duration, which differs in every run. */
export function withoutTime(output: string): string {
  return output.replaceAll(/ in \d+\.\d s\./g, "");
}

const block = /<!-- output: (\w+) -->\n```text\n([\s\S]*?)```/g;
