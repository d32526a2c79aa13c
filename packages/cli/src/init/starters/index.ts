import type { Answers } from "../answers.ts";
import type { FrameworkName } from "../frameworks.ts";

/** A project for an empty folder. */
export interface Starter {
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode?: number }[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  /** The other fields of package.json that the project needs, such as `type`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The commands to run next. */
  readonly next: readonly string[];
}

/** The project to start with; undefined if there is none for the framework. */
export function starterFor(_framework: FrameworkName, _answers: Answers): Starter | undefined {
  return undefined;
}
