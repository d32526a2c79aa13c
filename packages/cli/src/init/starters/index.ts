import manifest from "../../../package.json" with { type: "json" };
import type { Answers } from "../answers.ts";
import type { FrameworkName } from "../frameworks.ts";
import { fillTemplate, withSecret } from "./fill-template.ts";
import { readTemplates, type Template } from "./templates.ts";

/** A file of a starter. */
interface StarterFile extends Template {
  /** The file's permissions. Default: what the process creates files with. */
  readonly mode?: number;
}

/** A project for an empty folder. */
export interface Starter {
  readonly files: readonly StarterFile[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  /** The other fields of package.json that the project needs, such as `type`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The commands to run next. */
  readonly next: readonly string[];
}

/**
 * The folders of templates that make a project. A file replaces one of an earlier folder, and a package.json
 * adds to it. `issuer` are those of a project that runs Better Auth too.
 */
const folders: Partial<Record<FrameworkName, { api: readonly string[]; issuer: string }>> = {
  fastify: { api: ["shared", "node", "fastify"], issuer: "node-issuer" },
  express: { api: ["shared", "node", "express"], issuer: "node-issuer" },
  hono: { api: ["shared", "node", "hono"], issuer: "node-issuer" },
  nestjs: { api: ["shared", "node", "nestjs"], issuer: "node-issuer" },
  next: { api: ["shared", "next"], issuer: "next-issuer" },
};

/** The fields of package.json that a folder of templates adds to. */
type PackageFields = Partial<Pick<Starter, "dependencies" | "devDependencies" | "scripts">>;

/**
 * The project to start with: an API whose routes are guarded, its tests, and the Better Auth that issues its
 * tokens, unless one runs elsewhere. Undefined if there is none for the framework.
 */
export function starterFor(framework: FrameworkName, given: Answers): Starter | undefined {
  const own = folders[framework];
  if (own === undefined) return undefined;
  const answers = framework === "next" ? onOneServer(given) : given;
  const templates = [...own.api, ...(runsIssuer(answers) ? [own.issuer] : [])].flatMap(readTemplates);
  const filled = templates.map((template) => fillTemplate(template, answers));
  const { "package.json": _merged, ...files } = Object.fromEntries(
    filled.map(({ path, content }) => [path, content]),
  );
  const { dependencies, devDependencies, scripts, ...fields } = packageFields(filled);
  return {
    files: [
      ...Object.entries(files).map(([path, content]) => ({ path, content })),
      { path: ".env", content: withSecret(files[".env.example"] ?? "", answers), mode: 0o600 },
    ],
    dependencies: withOurVersion(dependencies),
    devDependencies: withOurVersion(devDependencies),
    scripts: framework === "next" ? onPort(scripts, answers) : scripts,
    fields,
    next: nextCommands(answers),
  };
}

function runsIssuer({ issuer }: Answers): boolean {
  return issuer.kind !== "elsewhere";
}

/** Next.js serves Better Auth and the API at one address. */
function onOneServer(answers: Answers): Answers {
  return runsIssuer(answers) ? { ...answers, apiUrl: answers.issuerUrl } : answers;
}

function packageFields(templates: readonly Template[]) {
  const all = templates
    .filter(({ path }) => path === "package.json")
    .map(({ content }) => JSON.parse(content) as PackageFields);
  const merged = (name: keyof PackageFields): Record<string, string> =>
    Object.assign({}, ...all.map((fields) => fields[name]));
  return {
    ...(Object.assign({}, ...all) as Record<string, unknown>),
    dependencies: merged("dependencies"),
    devDependencies: merged("devDependencies"),
    scripts: merged("scripts"),
  };
}

/** Projects get the version of our packages that this command line has. */
function withOurVersion(dependencies: Record<string, string>): Record<string, string> {
  const isOurs = (name: string) => name === "usher-auth" || name.startsWith("@usher-auth/");
  return Object.fromEntries(
    Object.entries(dependencies)
      .map(([name, version]) => [name, isOurs(name) ? `^${manifest.version}` : version] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Next.js takes its port from the command line only. */
function onPort(scripts: Record<string, string>, { apiUrl }: Answers): Record<string, string> {
  const port = new URL(apiUrl).port || "3000";
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [name, script.replace("--port 3000", `--port ${port}`)]),
  );
}

/** The commands to run next. A comment says what a command cannot do. */
function nextCommands(answers: Answers): string[] {
  const { apiUrl, keys } = answers;
  const needsSecret = !runsIssuer(answers) && keys === "secret";
  const signUp = runsIssuer(answers) ? " --sign-up" : "";
  return [
    ...(needsSecret ? ["Set BETTER_AUTH_SECRET in .env to that of Better Auth"] : []),
    "npm install",
    "npm run dev",
    "In a second terminal:",
    `TOKEN=$(npx usher-auth token --email ada@example.com${signUp})`,
    `curl -H "Authorization: Bearer $TOKEN" ${apiUrl}/api/me`,
    "npx usher-auth audit openapi.json --test-users --writes",
    "npm test",
  ];
}
