import { parseEnv } from "node:util";
import { withoutLastSlash } from "./address.ts";
import { isEmpty, type Wishes } from "./decide.ts";
import type { ManualStep } from "./plan.ts";
import type { Project } from "./project/project.ts";

/**
 * What a flag asks for and the project's settings say otherwise. Settings are never changed, so the flag has
 * no effect there.
 */
export function otherValues(project: Project, { issuer, api }: Wishes): ManualStep[] {
  if (isEmpty(project)) return [];
  const { addresses, environmentExample } = project;
  const steps: ManualStep[] = [];
  const example = parseEnv(environmentExample ?? "");
  const settings = [
    { name: "BETTER_AUTH_URL", flag: "--issuer", asked: issuer, inFile: addresses.issuer },
    { name: "API_URL", flag: "--api", asked: api, inFile: addresses.api },
  ];
  for (const { name, flag, asked, inFile } of settings) {
    if (asked === undefined) continue;
    const path = inFile === undefined ? ".env.example" : ".env";
    const value = inFile ?? example[name];
    if (value && withoutLastSlash(value) !== asked)
      steps.push(kept(path, `${name} is ${shown(value)}`, `${flag} ${asked}`));
  }
  return steps;
}

function kept(path: string, has: string, asked: string): ManualStep {
  return { path, why: `${has}, which is kept, and ${asked} says otherwise`, lines: "" };
}

/** An address; nothing of what could be a password. */
function shown(value: string): string {
  const url = URL.parse(value);
  return url === null || url.username !== "" || url.password !== ""
    ? "another one"
    : url.origin + url.pathname;
}
