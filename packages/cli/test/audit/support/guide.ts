import { readFileSync, writeFileSync } from "node:fs";
import { createTestIssuer } from "@usher-auth/testing";
import type { OwnApi } from "./own-api.ts";
import { runAudit } from "./run-audit.ts";
import { startShelves } from "./shelf-server.ts";

const guide = new URL("../../../../../docs/guide/audit.md", import.meta.url);

/** A run against a small backend with two mistakes. */
export async function auditOfBroken(): Promise<string> {
  const issuer = createTestIssuer();
  const flaws = { announcements: "open", notes: "finds things by id alone" } as const;
  const server = await startShelves(issuer.secret, flaws, ["ada", "grace"]);
  const tokens = { USHER_TOKEN_A: issuer.tokenFor("ada"), USHER_TOKEN_B: issuer.tokenFor("grace") };
  const { output } = await runAudit([server.documentUrl], tokens);
  await server.close();
  return atUsualAddress(output, server.url);
}

/** A run against the API of this repository, with everything that can be tried. */
export async function auditOfSound(api: OwnApi): Promise<string> {
  const issuer = createTestIssuer();
  const url = await api.serve(issuer);
  const tokens = {
    USHER_TOKEN_A: issuer.tokenFor("ada"),
    USHER_TOKEN_B: issuer.tokenFor("grace"),
    USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
  };
  const { output } = await runAudit([`${url}/openapi.json`, "--writes"], tokens);
  return atUsualAddress(output, url);
}

/** The port of a run is any free one. */
function atUsualAddress(output: string, url: string): string {
  return output.replaceAll(url, "http://localhost:3001");
}

/** What the guide shows now, by the name of its place: the output of real runs. */
export function shown(): ReadonlyMap<string, string> {
  return new Map(
    [...readFileSync(guide, "utf8").matchAll(block)].map(([, name = "", text = ""]) => [name, text]),
  );
}

/** Replaces what the guide shows. */
export function show(outputs: ReadonlyMap<string, string>): void {
  const text = readFileSync(guide, "utf8").replaceAll(block, (_, name: string, former: string) => {
    return `<!-- output: ${name} -->\n\`\`\`text\n${outputs.get(name) ?? former}\`\`\``;
  });
  writeFileSync(guide, text);
}

/** How long a run took is another every time. */
export function withoutTime(output: string): string {
  return output.replaceAll(/ in \d+\.\d s\./g, "");
}

const block = /<!-- output: (\w+) -->\n```text\n([\s\S]*?)```/g;
