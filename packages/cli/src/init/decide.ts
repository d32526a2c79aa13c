import { CannotRun } from "../command-line/command.ts";
import type { Answers, IssuerPlace } from "./answers.ts";
import { baseUrlOf, hasUsherJwt, statedKeys } from "./better-auth/edit-config.ts";
import { type FrameworkName, frameworkNames } from "./frameworks.ts";
import { moduleStyleOf } from "./project/module-style.ts";
import type { Project } from "./project/project.ts";

/** What the flags say. */
export interface Wishes {
  readonly framework: FrameworkName | undefined;
  readonly issuer: string | undefined;
  readonly api: string | undefined;
  readonly keys: Answers["keys"] | undefined;
}

/** Asks a person; undefined where nobody can be asked. */
export interface Questions {
  framework(candidates: readonly FrameworkName[]): Promise<FrameworkName>;
  /** A file that calls `betterAuth`, the address where it runs, or "" to create it. */
  issuer(files: readonly string[]): Promise<string>;
  keys(): Promise<Answers["keys"]>;
}

const localIssuer = "http://localhost:3000";
const localApi = "http://localhost:3001";

/** Whether the folder has nothing that a guard could be added to. */
export function isEmpty({ sources, frameworks }: Project): boolean {
  return sources.length === 0 && frameworks.length === 0;
}

/**
 * What is to be done: what the flags and the files say, and a question for what they do not say. Where nobody
 * can be asked, the defaults.
 *
 * @throws {CannotRun} Which framework it is would be a guess.
 */
export async function decide(
  project: Project,
  wishes: Wishes,
  questions: Questions | undefined,
): Promise<Answers> {
  const { packages } = project;
  if (isEmpty(project) && packages.length > 0)
    throw new CannotRun(
      `This folder has several packages: ${packages.slice(0, 20).join(", ")}. Name the folder of the API: usher-auth init ${quoted(packages[0] ?? "")}.`,
    );
  refuseAnotherFramework(project, wishes.framework);
  const framework = wishes.framework ?? (await decideFramework(project, questions));
  const issuer = await decideIssuer(project, wishes, questions);
  const config = project.sources.find(({ path }) => issuer.kind === "here" && path === issuer.configFile);
  const parsed = config && project.parse(config);
  const [stated] = parsed && hasUsherJwt(parsed) ? [statedKeys(parsed)] : [];
  const keys = wishes.keys ?? stated ?? (await questions?.keys()) ?? "secret";
  const main = project.sources.find(({ text }) => text.includes("listen(")) ?? project.sources[0];
  const language = project.typescript !== undefined || main === undefined ? "ts" : undefined;
  const style =
    main !== undefined && project.manifest !== undefined
      ? moduleStyleOf(main, project.manifest, project.typescript)
      : undefined;
  return {
    framework,
    issuer,
    keys,
    apiUrl: wishes.api ?? project.addresses.api ?? localApi,
    issuerUrl:
      wishes.issuer ??
      (issuer.kind === "elsewhere" ? issuer.url : undefined) ??
      project.addresses.issuer ??
      (parsed && baseUrlOf(parsed)) ??
      localIssuer,
    language: style?.language ?? language ?? "js",
    moduleKind: style?.moduleKind ?? "esm",
  };
}

/** The name of each of these frameworks is in that of a package. */
const packaged: readonly FrameworkName[] = [
  "fastify",
  "express",
  "hono",
  "koa",
  "nestjs",
  "elysia",
  "next",
  "trpc",
];

/** A second guard, for a framework that the project does not have, would be of no use. */
function refuseAnotherFramework(
  { frameworks, manifest, sources }: Project,
  asked: FrameworkName | undefined,
): void {
  if (asked === undefined || frameworks.includes(asked) || !packaged.includes(asked)) return;
  if (!sources.some(({ text }) => /["']@usher-auth\/verify\/[\w-]+["']/.test(text))) return;
  const names = Object.keys(manifest?.all ?? {});
  if (names.some((name) => name === asked || name.startsWith(`@${asked}/`))) return;
  throw new CannotRun(
    `The project has a guard for ${frameworks.join(", ")}, and does not depend on ${asked}: leave out --framework ${asked}. Nothing was changed.`,
  );
}

/** A folder as a shell takes it. */
function quoted(folder: string): string {
  return /^[\w./-]+$/.test(folder) ? folder : `"${folder}"`;
}

async function decideFramework(
  { frameworks }: Project,
  questions: Questions | undefined,
): Promise<FrameworkName> {
  const [only] = frameworks;
  if (only !== undefined && frameworks.length === 1) return only;
  if (questions !== undefined)
    return questions.framework(frameworks.length > 0 ? frameworks : frameworkNames);
  throw new CannotRun(
    frameworks.length > 1
      ? `This project uses several frameworks: ${frameworks.join(", ")}. Say which one the API is written in: --framework ${only}.`
      : `No framework was found. Say which one to use: --framework fastify, or ${frameworkNames.filter((name) => name !== "fastify").join(", ")}.`,
  );
}

async function decideIssuer(
  project: Project,
  wishes: Wishes,
  questions: Questions | undefined,
): Promise<IssuerPlace> {
  const { betterAuthFiles: files } = project;
  const [only] = files;
  if (only !== undefined && files.length === 1) return { kind: "here", configFile: only };
  const known = wishes.issuer ?? (files.length === 0 ? project.addresses.issuer : undefined);
  if (known !== undefined) return { kind: "elsewhere", url: known };
  if (questions !== undefined) {
    const answer = await questions.issuer(files);
    if (answer === "") return { kind: "create" };
    return files.includes(answer) ? { kind: "here", configFile: answer } : { kind: "elsewhere", url: answer };
  }
  if (files.length > 1)
    throw new CannotRun(
      `Several files call betterAuth: ${files.join(", ")}. Run the command without --yes and --json to choose one, or give Better Auth's address with --issuer.`,
    );
  return isEmpty(project) ? { kind: "create" } : { kind: "elsewhere", url: localIssuer };
}
