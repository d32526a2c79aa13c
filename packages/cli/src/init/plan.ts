/** A file that is created or edited. Paths are relative to the project's folder, with `/` between. */
export type Change =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly content: string;
      /** The file's permissions. Default: what the process creates files with. */
      readonly mode?: number;
    }
  | {
      readonly kind: "edit";
      readonly path: string;
      /** The text that the file must still have when the change is written. */
      readonly before: string;
      readonly after: string;
    };

/** What cannot be edited safely. It is shown and never guessed. */
export interface ManualStep {
  readonly path: string;
  readonly why: string;
  /** The lines to add, as code. */
  readonly lines: string;
}

/** What `usher-auth init` does to a project. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What the project already has. */
  readonly present: readonly string[];
  readonly manual: readonly ManualStep[];
  /** The commands to run next. */
  readonly next: readonly string[];
}
