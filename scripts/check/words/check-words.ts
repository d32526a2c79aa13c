import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryFiles } from "../repository-files.ts";
import { type Found, findWords } from "./find-words.ts";
import { type Exception, exceptions as ourExceptions, type Replacement, replacements } from "./words.ts";

/**
 * What the check prints, and 0 when all is well, 1 with words to replace, 2 with a path that leads nowhere.
 */
export interface Result {
  readonly output: string;
  readonly exitCode: number;
}

const isText = /\.(?:md|[cm]?[jt]sx?|ya?ml|html|sh|sql|toml|py)$|^\.ci\/run$|(?:^|\/)package\.json$/;

/** The list itself. */
const list = "scripts/check/words/";

/**
 * Checks the wording of a repository.
 *
 * @param paths Files and folders, relative to the root. Default: everything.
 */
export function checkWords(
  root: string,
  paths: readonly string[] = [],
  words: readonly Replacement[] = replacements,
  exceptions: readonly Exception[] = ourExceptions,
): Result {
  const all = repositoryFiles(root).filter((file) => isText.test(file) && !file.startsWith(list));
  const wrong = paths.filter((path) => !all.some((file) => isBelow(file, path)));
  if (wrong.length > 0)
    return { output: lines(wrong.map((path) => `${path}: no text file there`)), exitCode: 2 };

  const isComplete = paths.length === 0;
  const files = isComplete ? all : all.filter((file) => paths.some((path) => isBelow(file, path)));
  const found = files.flatMap((file) => findWords(file, readFileSync(join(root, file), "utf8"), words));
  const faults = found
    .filter((one) => !exceptions.some((exception) => covers(exception, one)))
    .map(({ file, line, word, say }) => `${file}:${line}: "${word}": say "${say}"`);
  // In a part of the repository, an exception for another part is not unused.
  const unused = isComplete
    ? exceptions.filter((exception) => !found.some((one) => covers(exception, one)))
    : [];
  for (const { file, word } of unused) faults.push(`${file}: the exception for "${word}" is not needed`);
  return {
    output: lines([...faults, `${files.length} files, ${faults.length} faults`]),
    exitCode: faults.length === 0 ? 0 : 1,
  };
}

/** Whether a path is this file, or a folder above it; an empty path is the root. */
function isBelow(file: string, path: string): boolean {
  return path === "" || file === path || file.startsWith(`${path}/`);
}

function covers(exception: Exception, { file, word }: Found): boolean {
  return exception.file === file && exception.word === word;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
