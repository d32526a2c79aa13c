import { CannotRun } from "../command-line/command.ts";
import type { Answers } from "./answers.ts";
import { frameworkNames } from "./frameworks.ts";
import type { Change, ManualStep, Plan } from "./plan.ts";
import { neededLocally, withLocal } from "./project/local-packages.ts";
import { addToManifest } from "./project/manifest.ts";
import type { Project } from "./project/project.ts";
import { starterFor } from "./starters/index.ts";

/**
 * A project for an empty folder. Files that exist stay as they are.
 *
 * @throws {CannotRun} There is no starter for the framework.
 */
export function planStarter(project: Project, answers: Answers): Plan {
  const starter = starterFor(answers.framework, answers);
  if (starter === undefined) {
    const known = frameworkNames.filter(
      (name) => starterFor(name, { ...answers, framework: name }) !== undefined,
    );
    throw new CannotRun(
      `The folder is empty, and there is no new project for ${answers.framework}, only for ${known.join(", ")}. Create the project first, then run the command in it.`,
    );
  }
  const changes: Change[] = [];
  const present: string[] = [];
  const manual: ManualStep[] = [];
  for (const { path, content, mode } of starter.files) {
    const known = project.others.get(path);
    if (known === undefined)
      changes.push({ kind: "create", path, content, ...(mode !== undefined && { mode }) });
    else if (known === content) present.push(path);
    else if (path === ".gitignore") {
      const after = withLines(known, content);
      if (after === known) present.push(path);
      else changes.push({ kind: "edit", path, before: known, after });
    } else if (path.startsWith(".env"))
      manual.push({
        path,
        why: "the file exists, and is kept: it needs the variables of .env.example",
        lines: "",
      });
    else manual.push({ path, why: "the file exists, and is kept", lines: content });
  }
  changes.push(...manifestChange(project, starter));
  return { changes, present, manual, next: starter.next };
}

function withLines(text: string, wanted: string): string {
  const lines = new Set(text.split(/\r?\n/));
  const missing = wanted.split(/\r?\n/).filter((line) => line !== "" && !lines.has(line));
  if (missing.length === 0) return text;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`;
}

type Starter = NonNullable<ReturnType<typeof starterFor>>;

function manifestChange(
  { manifest, folder, local }: Project,
  { fields, scripts, ...starter }: Starter,
): Change[] {
  const path = "package.json";
  const dependencies = withLocal(starter.dependencies, local);
  const needed = neededLocally({ ...starter.dependencies, ...starter.devDependencies }, local);
  const devDependencies = Object.fromEntries(
    Object.entries({ ...withLocal(starter.devDependencies, local), ...needed }).sort(([one], [other]) =>
      one < other ? -1 : 1,
    ),
  );
  if (manifest === undefined) {
    const name = packageName(folder);
    const content = {
      name,
      version: "0.0.0",
      private: true,
      ...fields,
      scripts,
      dependencies,
      devDependencies,
    };
    return [{ kind: "create", path, content: `${JSON.stringify(content, null, 2)}\n` }];
  }
  const missing = (wanted: Readonly<Record<string, string>>, has: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(wanted).filter(([name]) => has[name] === undefined));
  const known = Object.fromEntries(
    Object.entries(manifest.scripts).filter(([, line]) => !/no test specified/.test(line)),
  );
  const after = addToManifest(manifest.text, {
    fields,
    scripts: missing(scripts, known),
    dependencies: missing(dependencies, manifest.all),
    devDependencies: missing(devDependencies, manifest.all),
  });
  return after === manifest.text ? [] : [{ kind: "edit", path, before: manifest.text, after }];
}

/** A name that npm accepts, from the folder's. */
function packageName(folder: string): string {
  const last = folder.split(/[/\\]/).filter(Boolean).at(-1) ?? "";
  const words = last.toLowerCase().split(/[^a-z0-9]/);
  const name = words.filter((word) => word !== "").join("-");
  return name === "" ? "my-api" : name.slice(0, 100);
}
