import { randomBytes } from "node:crypto";
import manifest from "../../package.json" with { type: "json" };
import { CannotRun } from "../command-line/command.ts";
import type { Answers } from "./answers.ts";
import { authServerFile } from "./auth-server.ts";
import { basePathOf } from "./better-auth/base-path.ts";
import { addPlugin, hasUsherJwt, pluginCall } from "./better-auth/edit-config.ts";
import { isEmpty } from "./decide.ts";
import { exampleWith, missingVariables, variablesOf } from "./environment-file.ts";
import { handlersIn } from "./guard/sign-in.ts";
import type { Change, ManualStep, Plan } from "./plan.ts";
import { type GuardPart, specifierOf } from "./plan-guard/guard-part.ts";
import { planGuard } from "./plan-guard.ts";
import { planStarter } from "./plan-starter.ts";
import { type JestSettings, jestSettings } from "./project/jest-settings.ts";
import { withLocal } from "./project/local-packages.ts";
import { addToManifest } from "./project/manifest.ts";
import { moduleStyleOf } from "./project/module-style.ts";
import type { Project } from "./project/project.ts";
import { testPathOf, testRunnerOf } from "./project/test-runner.ts";
import { isSignIn, routeFiles, routeFilesTest } from "./route-files.ts";
import { importsOf } from "./source/imports.ts";
import { inStyle, styleOf } from "./source/style.ts";
import { parseSource } from "./source/syntax.ts";
import { testFile } from "./test-file.ts";

const usherVersion = `^${manifest.version}`;
const betterAuthVersion = `^${manifest.devDependencies["better-auth"]}`;
const vitestVersion = "^5.0.0";

/** What to do in a project. Reads nothing more and changes nothing. */
export function makePlan(project: Project, answers: Answers): Plan {
  if (isEmpty(project)) return planStarter(project, answers);
  const { manifest: known } = project;
  if (known === undefined)
    throw new CannotRun(
      "There is source, but no package.json. Run npm init first, or name the project's folder.",
    );
  const texts = new Map<string, string>();
  const present: string[] = [];
  const manual: ManualStep[] = [];
  const dependencies: Record<string, string> = {};
  const devDependencies: Record<string, string> = {};
  const scripts: Record<string, string> = {};

  const guard = planGuard(project, answers);
  for (const [path, text] of guard.texts) texts.set(path, text);
  present.push(...guard.present);
  manual.push(...guard.manual);
  if (present.length + manual.length + texts.size > 0) dependencies["@usher-auth/verify"] = usherVersion;

  const issuer = planIssuer(project, answers, texts);
  present.push(...issuer.present);
  manual.push(...issuer.manual);
  Object.assign(dependencies, issuer.dependencies);

  const test = planTest(project, answers, guard);
  present.push(...test.present);
  manual.push(...test.manual);
  for (const [path, text] of test.texts) texts.set(path, text);
  Object.assign(devDependencies, test.devDependencies);
  Object.assign(scripts, test.scripts);

  const example = exampleWith(project.environmentExample, answers);
  if (example === project.environmentExample) present.push("the settings, in .env.example");
  else texts.set(".env.example", example);

  const missing = (wanted: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(withLocal(wanted, project.local)).filter(([name]) => known.all[name] === undefined),
    );
  const additions = {
    scripts,
    dependencies: missing(dependencies),
    devDependencies: missing(devDependencies),
    ...(test.jest === undefined ? {} : { jest: test.jest }),
  };
  const packageJson = addToManifest(known.text, additions);
  if (packageJson === known.text) present.push("the packages, in package.json");
  else texts.set("package.json", packageJson);

  const hasTests = (known.scripts.test ?? scripts.test) !== undefined;
  const changes = [...texts]
    .map(([path, text]) => changeOf(project, path, text))
    .filter((change) => change.kind === "create" || change.before !== change.after);
  const unset = missingVariables(example, project.variables, answers);
  return {
    changes,
    present,
    manual,
    next: [
      ...nextSteps(project, answers, changes.length > 0, guard, { hasTests, unset }),
      ...(test.next ?? []),
    ],
  };
}

function changeOf(project: Project, path: string, text: string): Change {
  const before = textOf(project, path);
  if (before !== undefined) return { kind: "edit", path, before, after: text };
  return path === ".env"
    ? { kind: "create", path, content: text, mode: 0o600 }
    : { kind: "create", path, content: text };
}

function textOf(project: Project, path: string): string | undefined {
  if (path === "package.json") return project.manifest?.text;
  if (path === ".env.example") return project.environmentExample;
  if (path === ".gitignore") return project.gitignore;
  return project.files.find((file) => file.path === path)?.text;
}

interface Part {
  readonly texts: ReadonlyMap<string, string>;
  readonly present: readonly string[];
  readonly manual: readonly ManualStep[];
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly scripts: Record<string, string>;
  readonly jest?: JestSettings["added"];
  readonly next?: readonly string[];
}

function part(given: Partial<Part>): Part {
  return {
    texts: new Map(),
    present: [],
    manual: [],
    dependencies: {},
    devDependencies: {},
    scripts: {},
    ...given,
  };
}

/** Better Auth's side: the plugin in its config, or a Better Auth where there is none. */
function planIssuer(project: Project, answers: Answers, texts: Map<string, string>): Part {
  const { issuer } = answers;
  const dependencies = { "@usher-auth/issuer": usherVersion };
  if (issuer.kind === "elsewhere") return part({});
  if (issuer.kind === "create") {
    const path = "auth-server.mjs";
    texts.set(path, authServerFile(answers));
    const lines = new Set((project.gitignore ?? "").split(/\r?\n/));
    const ignored = [".env", "auth.sqlite*"].filter((line) => !lines.has(line));
    const gap = project.gitignore === undefined || project.gitignore.endsWith("\n") ? "" : "\n";
    if (ignored.length > 0)
      texts.set(".gitignore", `${project.gitignore ?? ""}${gap}${ignored.join("\n")}\n`);
    if (!project.hasEnvironment) texts.set(".env", environmentFile(answers));
    return part({ dependencies: { ...dependencies, "better-auth": betterAuthVersion } });
  }
  const file = project.sources.find(({ path }) => path === issuer.configFile);
  const source = file && project.parse(file);
  if (file === undefined || source === undefined) return part({});
  if (hasUsherJwt(source)) return part({ present: [`usherJwt, in ${file.path}`], dependencies });
  const style = styleOf(file.text);
  const module = moduleStyleOf(
    file,
    project.manifest ?? { type: undefined },
    project.typescript,
    project.sources,
  );
  // The guard may have changed the same file.
  const current = texts.get(file.path);
  const parsed = current === undefined ? source : parseSource(file.path, current);
  const edited =
    parsed === undefined ? { why: "it cannot be parsed" } : addPlugin(parsed, answers, { style, ...module });
  if ("after" in edited) {
    texts.set(file.path, edited.after);
    return part({ dependencies });
  }
  const lines = `import { usherJwt } from "@usher-auth/issuer";\n\nplugins: [${pluginCall(answers)}],`;
  return part({ manual: [{ path: file.path, why: edited.why, lines: inStyle(lines, style) }], dependencies });
}

/** The settings of both sides, with a new secret. */
function environmentFile(answers: Answers): string {
  const lines = variablesOf({ ...answers, keys: "secret" }).map(({ name, value }) =>
    name === "BETTER_AUTH_SECRET" ? `${name}=${randomBytes(32).toString("base64url")}` : `${name}=${value}`,
  );
  const jwks =
    answers.keys === "jwks" ? variablesOf(answers).filter(({ name }) => name === "USHER_JWKS_URL") : [];
  return `${[...lines, ...jwks.map(({ name, value }) => `${name}=${value}`)].join("\n")}\n`;
}

function planTest(project: Project, answers: Answers, guard: GuardPart): Part {
  const existing = project.files.find(({ text }) =>
    /\bexpectGuarded\b|\bevery file of route handlers is guarded\b/.test(text),
  );
  if (existing !== undefined) return part({ present: [`a test, in ${existing.path}`] });
  const { manifest: known } = project;
  if (known === undefined) return part({});
  const { framework } = answers;
  const isRouteFiles =
    (framework === "next" || framework === "fetch") &&
    routeFiles(project, framework).some((file) => !isSignIn(file, project));
  const chosen = testRunnerOf(known, guard.module);
  const { app } = guard;
  if (app === undefined && !isRouteFiles) {
    if (guard.manual.length > 0 || !needsApp.has(framework)) return part({});
    return part({ manual: [untested("the test needs the app, and its file does not export it")] });
  }
  if (chosen === undefined)
    return part({ manual: [untested("the test runner is not vitest, Jest or node:test")] });
  const { runner, isNew } = chosen;
  const path = testPathOf(project.files, runner, known, guard.folder, guard.module, project.typescript);
  const { module } = guard;
  const style = styleOf(
    project.files.find((file) => file.path === app?.from)?.text ?? project.sources[0]?.text ?? "",
  );
  const content =
    app === undefined
      ? routeFilesTest(project, { framework: framework as "next" | "fetch", ...module }, runner)
      : testFile({
          runner,
          ...module,
          // Jest's own loader has no import() in CommonJS, which it compiles such a file to.
          isRequired: runner === "jest" && known.type !== "module",
          open: servesBetterAuth(project) ? [`${basePathOf(project, answers)}/*`] : [],
          app: { ...app, from: specifierOf(path, app.from, module) },
        });
  const devDependencies: Record<string, string> = { "@usher-auth/testing": usherVersion };
  if (isNew && runner === "vitest") devDependencies.vitest = vitestVersion;
  if (module.language === "ts") devDependencies["@types/node"] = "^24.0.0";
  const scripts: Record<string, string> = isNew
    ? { test: runner === "node" ? "node --test" : runner === "vitest" ? "vitest run" : "jest" }
    : {};
  const texts = new Map([[path, inStyle(content, style)]]);
  const settings = runner === "jest" && app !== undefined ? jestSettings(project, framework) : {};
  const { added, manual, next = [] } = settings;
  return part({
    ...{ texts, devDependencies, scripts, next, manual: manual === undefined ? [] : [manual] },
    ...(added === undefined ? {} : { jest: added }),
  });
}

/** Whether Better Auth's endpoints are routes of an app of this project. */
function servesBetterAuth(project: Project): boolean {
  return project.sources.some((file) => {
    const source = /better-auth|handler/.test(file.text) ? project.parse(file) : undefined;
    return source !== undefined && handlersIn(source.program, importsOf(source.program)).length > 0;
  });
}

/** In these frameworks, a test in process gets the app. */
const needsApp: ReadonlySet<string> = new Set([
  "fastify",
  "express",
  "hono",
  "koa",
  "nestjs",
  "h3",
  "elysia",
]);

function untested(why: string): ManualStep {
  return {
    path: "test/usher.test",
    why,
    lines: [
      'import { createTestIssuer, expectGuarded } from "@usher-auth/testing";',
      "",
      "// The app, with a verifier that trusts this issuer.",
      "const issuer = createTestIssuer();",
      "await expectGuarded(app, { issuer });",
    ].join("\n"),
  };
}

function nextSteps(
  project: Project,
  answers: Answers,
  isChanged: boolean,
  guard: GuardPart,
  { hasTests, unset }: { readonly hasTests: boolean; readonly unset: readonly string[] },
): string[] {
  const { issuer, framework } = answers;
  const steps: string[] = [];
  if (isChanged || !project.isInstalled) steps.push(`${project.packageManager} install`);
  const plugin = pluginCall(answers);
  if (issuer.kind === "elsewhere")
    steps.push(`Add the plugin to Better Auth at ${answers.issuerUrl}: plugins: [${plugin}]`);
  if (project.hasEnvironment && unset.length > 0)
    steps.push(`Set in .env what it lacks of .env.example: ${unset.join(", ")}`);
  if (issuer.kind === "create") steps.push("node --env-file=.env auth-server.mjs");
  else if (isChanged)
    steps.push("Set the variables of .env.example, with the same values at Better Auth and at the API");
  if (answers.keys === "jwks" && issuer.kind === "here") steps.push("npx auth migrate");
  if (guard.texts.size > 0 && needsApp.has(framework))
    steps.push("Mark the routes that need no token as public: all others require one now");
  if (isChanged && hasTests) steps.push(`${project.packageManager} test`);
  const document = [...project.others.keys()].find((name) => /^openapi\.(?:json|ya?ml)$/.test(name));
  if (document !== undefined) steps.push(`npx usher-auth audit ${document} --test-users`);
  return steps;
}
