import { createHash } from "node:crypto";
import type { CommandBlock } from "./command-blocks.ts";

/** Where tests/commands runs a block. */
export type Place =
  /** A new npm project, whose registry has this repository's packages as they would be published. */
  | "project"
  /** A fresh clone of this repository after `npm ci`, with the demo running. */
  | "clone"
  /** A project with the packages, in front of a backend with an OpenAPI document. */
  | "gate"
  /** A project with the packages, and a Postgres. */
  | "postgres";

/** What a block must show when it runs. */
export interface Expected {
  /** Its exit code. Default: 0. Not for a block that does not end by itself. */
  readonly code?: number;
  /** A text that its output contains. */
  readonly prints?: string;
  /** It does not end by itself: it is stopped when its output contains this. */
  readonly until?: string;
  /** The folder of the clone that it is run in. Default: the root. */
  readonly in?: string;
  /** Each line is for a separate terminal, or for another moment. */
  readonly separately?: true;
}

/** What makes sure that a block works as it stands. */
export type Proof =
  | ({ readonly kind: "runs"; readonly at: Place } & Expected)
  /** A test that reads the document and runs the block. */
  | { readonly kind: "suite"; readonly test: string }
  /** Commands of this repository's own scripts and tools. The script is there, and CI or a test runs it. */
  | { readonly kind: "scripts"; readonly runBy: Readonly<Record<string, string>> }
  /** Lines of a settings file. */
  | { readonly kind: "settings" }
  /** It cannot run in a test. `digest` is of its text, so that a change is noticed. */
  | { readonly kind: "unproven"; readonly because: string; readonly digest: string };

/** The proofs of each document, by how a block begins. `*` is every block of it. */
export type Registry = Readonly<Record<string, Readonly<Record<string, Proof>>>>;

/** A block with its proof. */
export interface ProvenBlock extends CommandBlock {
  readonly proof: Proof;
}

/** Everything of the packages that is installed in a new project. */
const installation: Proof = { kind: "runs", at: "project" };

/** Finds the proof of each block. A block that only installs packages needs no entry. */
export function matchProofs(
  blocks: readonly CommandBlock[],
  registry: Registry,
): { proven: ProvenBlock[]; faults: string[] } {
  const faults: string[] = [];
  const proven = blocks.flatMap((block): ProvenBlock[] => {
    const entries = Object.entries(registry[block.file] ?? {});
    const found = entries.filter(([start]) => isNamed(block, start)).map(([, proof]) => proof);
    const proof = found[0] ?? (isInstallation(block.text) ? installation : undefined);
    if (proof === undefined || found.length > 1) {
      faults.push(
        `${block.file}:${block.line}: ${found.length > 1 ? "several entries" : "no entry"} in tests/commands/registry.ts`,
      );
      return [];
    }
    return [{ ...block, proof }];
  });
  for (const [file, entries] of Object.entries(registry)) {
    for (const start of Object.keys(entries)) {
      const count = blocks.filter((block) => block.file === file && isNamed(block, start)).length;
      if (start === "*" ? count === 0 : count !== 1)
        faults.push(`${file}: ${count} blocks begin with ${JSON.stringify(start)}, instead of one`);
    }
  }
  return { proven, faults };
}

function isNamed({ text }: CommandBlock, start: string): boolean {
  return start === "*" || text.startsWith(start);
}

/** Identifies the text of a block. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** The commands of a block: lines without comments, and without those that are continued. */
export function commandsOf(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(?:^|\s)#.*/, "").trim())
    .filter((line) => line !== "");
}

function isInstallation(text: string): boolean {
  const commands = commandsOf(text);
  return commands.length > 0 && commands.every((command) => /^npm install(?: [-\w@./]+)+$/.test(command));
}
