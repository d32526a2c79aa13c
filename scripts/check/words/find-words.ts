import { piecesOf } from "../source-code.ts";
import type { Replacement } from "./words.ts";

/** A word of the list, where it was found. */
export interface Found {
  readonly file: string;
  readonly line: number;
  readonly word: string;
  readonly say: string;
}

const isCode = /\.[cm]?[jt]sx?$/;

/**
 * Finds the words of the list in a file's name and text. Of code, in its comments, strings and names, each
 * name once. A phrase is found across the lines of a wrapped paragraph, and a name by its parts: `keyRing` is
 * "key ring".
 */
export function findWords(file: string, text: string, replacements: readonly Replacement[]): Found[] {
  const inText = index(replacements.filter(({ inNamesOnly }) => inNamesOnly !== true));
  const inNames = index(replacements);
  const found: Found[] = match(file, inNames).map((one) => ({ file, line: 1, word: one.word, say: one.say }));
  const add = (part: string, start: number, list: Index) => {
    for (const { word, say, at } of match(part, list)) {
      found.push({ file, line: lineOf(text, start + at), word, say });
    }
  };
  if (!isCode.test(file)) {
    add(text, 0, inText);
    return found;
  }
  const seen = new Set<string>();
  for (const piece of piecesOf(file, text)) {
    if (piece.kind === "comment") add(piece.text, piece.start, inText);
    // An escape like \n is no letter of the word behind it.
    if (piece.kind === "string") add(piece.text.replace(/\\[\s\S]/g, "  "), piece.start, inText);
    if (piece.kind === "identifier" && !seen.has(piece.text)) {
      seen.add(piece.text);
      add(piece.text, piece.start, inNames);
    }
  }
  return found;
}

interface Phrase {
  readonly words: readonly string[];
  readonly say: string;
}

/** Phrases by their first word. */
type Index = ReadonlyMap<string, readonly Phrase[]>;

function index(replacements: readonly Replacement[]): Index {
  const phrases = replacements.flatMap(({ avoid, say }) =>
    avoid.map((phrase) => ({ words: phrase.split(" "), say })),
  );
  return Map.groupBy(phrases, ({ words }) => words[0] ?? "");
}

function match(text: string, phrases: Index): { word: string; say: string; at: number }[] {
  const words = wordsOf(text);
  return words.flatMap(({ word, at }, start) => {
    const candidates = (phrases.get(word) ?? []).filter(({ words: rest }) =>
      rest.every((expected, offset) => {
        const next = words[start + offset];
        return next?.word === expected && (offset === 0 || next.follows);
      }),
    );
    const longest = candidates.sort((one, other) => other.words.length - one.words.length)[0];
    return longest === undefined ? [] : [{ word: longest.words.join(" "), say: longest.say, at }];
  });
}

interface Word {
  readonly word: string;
  readonly at: number;
  /** Only spaces, line breaks, the marks of a comment or a name's separators stand before it. */
  readonly follows: boolean;
}

/** The words of a text or a name, in lower case: `keyRing`, `key-ring` and `key_ring` are two. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const { 0: letters, index: start } of text.matchAll(/[A-Za-z’']+/g)) {
    for (const { 0: part, index: offset } of letters.matchAll(/[A-Z]*[a-z’']*/g)) {
      const word = part.replaceAll("’", "'").toLowerCase();
      if (word === "") continue;
      const at = start + offset;
      words.push({ word, at, follows: /^[\s*/>_-]*$/.test(text.slice(end, at)) });
      end = at + part.length;
    }
  }
  return words;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
