import type { Answers } from "../answers.ts";
import type { Project } from "../project/project.ts";

/** The path below which Better Auth serves its endpoints: as its config says, else `/api/auth`. */
export function basePathOf(project: Pick<Project, "sources">, { issuer }: Pick<Answers, "issuer">): string {
  const config = project.sources.find(({ path }) => issuer.kind === "here" && path === issuer.configFile);
  return /\bbasePath:\s*["']([^"']+)["']/.exec(config?.text ?? "")?.[1]?.replace(/\/$/, "") || "/api/auth";
}
