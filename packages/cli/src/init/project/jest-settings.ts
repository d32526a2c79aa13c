import type { FrameworkName } from "../frameworks.ts";
import type { ManualStep } from "../plan.ts";
import type { Project } from "./project.ts";

/** The settings with which Jest loads the packages, which are ES modules. */
export interface JestSettings {
  /** For the member `jest` of package.json. */
  readonly added?: Readonly<Record<string, readonly string[]>>;
  /** Other files with settings, which the scripts name: `test/jest-e2e.json`. */
  readonly next?: readonly string[];
  readonly manual?: ManualStep;
}

/**
 * Jest loads ES modules of other packages only if it may transform them, or with Node's loader. Settings in
 * package.json that transform JavaScript get one more; others are left to a person. Without a package.json
 * there is nothing to add.
 */
export function jestSettings(
  { manifest, others }: Pick<Project, "manifest" | "others">,
  framework: FrameworkName,
): JestSettings {
  if (manifest === undefined) return {};
  const files = [...others].filter(([name]) => /^jest\.config\.[mc]?[jt]s(?:on)?$/.test(name));
  const written = [JSON.stringify(manifest.jest ?? ""), ...files.map(([, text]) => text)].join("\n");
  const isReady =
    written.includes("@usher-auth") || /experimental-vm-modules/.test(Object.values(manifest.scripts).join());
  if (isReady) return {};
  // Fastify's app.inject loads cookie.
  const patterns = [
    framework === "fastify" ? "/node_modules/(?!(?:@usher-auth|cookie)/)" : "/node_modules/(?!@usher-auth/)",
  ];
  if (transformsJavaScript(manifest.jest)) {
    const settings = Object.values(manifest.scripts).flatMap(settingsNamedIn);
    const member = `"transformIgnorePatterns": ${JSON.stringify(patterns)}`;
    return {
      added: { transformIgnorePatterns: patterns },
      next: settings.map((path) => `Add this to ${path} as well: ${member}`),
    };
  }
  return {
    manual: {
      path: files[0]?.[0] ?? "package.json",
      why: "Jest does not load ES modules such as @usher-auth unless its settings say so. Its transform must be for JavaScript too, as with babel-jest and @babel/preset-env; or run it with NODE_OPTIONS=--experimental-vm-modules",
      lines: `transformIgnorePatterns: ${JSON.stringify(patterns)},`,
    },
  };
}

/** The files of settings that a script gives to Jest. */
function settingsNamedIn(script: string): string[] {
  const words = script.replaceAll("--config=", "--config ").split(/\s+/);
  if (!words.some((word) => /\bjest\b/.test(word))) return [];
  return words.flatMap((word, index) => {
    const path = words[index + 1];
    return word === "--config" && path !== undefined ? [path] : [];
  });
}

/** Whether the settings have a transform for JavaScript, and no word yet on what is left as it is. */
function transformsJavaScript(settings: unknown): boolean {
  if (typeof settings !== "object" || settings === null || "transformIgnorePatterns" in settings)
    return false;
  const { transform } = settings as { transform?: unknown };
  if (typeof transform !== "object" || transform === null) return false;
  return Object.keys(transform).some((pattern) => {
    try {
      return new RegExp(pattern).test("/index.js");
    } catch {
      return false;
    }
  });
}
