/** Words that do not come back, and the plain word for them. */
export interface Replacement {
  /** Words or phrases in lower case, each form of a word by itself. */
  readonly avoid: readonly string[];
  readonly say: string;
  /** Only the names of files and of things in code are checked: elsewhere the word is plain English. */
  readonly inNamesOnly?: true;
}

/** A place where a word may stay. */
export interface Exception {
  readonly file: string;
  readonly word: string;
  readonly why: string;
}

export const replacements: readonly Replacement[] = [
  // Words that a reader has to look up, or that have gone out of use.
  { avoid: ["mend", "mends", "mended", "mending"], say: "fix" },
  { avoid: ["whom"], say: "who, or name them: the user, the caller, the client" },
  { avoid: ["whoever", "whomever"], say: "anyone who, or name them: the caller, the owner" },
  { avoid: ["somebody"], say: "someone" },
  { avoid: ["anew", "afresh"], say: "again" },
  { avoid: ["besides"], say: "also, or beside if it is a place" },
  { avoid: ["lest"], say: "so that … not" },
  { avoid: ["whence", "thence"], say: "from where, from there" },
  { avoid: ["hither", "thither"], say: "here, there" },
  { avoid: ["thereof", "therein", "wherein", "whereof", "whereby"], say: "of it, in it, in which" },
  { avoid: ["heed", "heeds", "heeded"], say: "follow, respect" },
  { avoid: ["whilst"], say: "while" },

  // Phrases that are translated word by word.
  { avoid: ["turn away", "turns away", "turned away", "turning away"], say: "reject" },
  { avoid: ["let in", "lets in", "letting in"], say: "accept, allow" },
  { avoid: ["lets nobody", "let nobody"], say: "rejects everyone, refuses all requests" },
  { avoid: ["nobody has"], say: "no one has, or the passive: is not set" },
  { avoid: ["be had"], say: "be available" },
  { avoid: ["told otherwise", "said otherwise"], say: "by default" },
  { avoid: ["held against"], say: "compared with" },
  { avoid: ["held to"], say: "restricted to, checked against" },
  { avoid: ["of its own", "of their own"], say: "its own, separate" },
  { avoid: ["of one's own"], say: "a custom …, your own …" },
  { avoid: ["for want of"], say: "without" },
  { avoid: ["at hand"], say: "available" },
  { avoid: ["in its stead", "in their stead"], say: "instead" },
  { avoid: ["as it were"], say: "nothing: leave it out" },
  { avoid: ["by and by"], say: "eventually" },
  { avoid: ["put right", "puts right"], say: "fix, restore" },
  { avoid: ["told apart", "tell apart", "tells apart"], say: "distinguish" },
  { avoid: ["goes by", "go by", "going by", "went by"], say: "uses, depends on; for time: passes" },
  { avoid: ["is none of", "are none of"], say: "is not one of" },
  { avoid: ["stands for", "stand for"], say: "represents, means" },
  { avoid: ["comes to the same", "come to the same"], say: "is equivalent" },
  { avoid: ["comes of", "come of"], say: "results from, or name the result" },
  { avoid: ["tells of", "tell of", "told of"], say: "reports, logs, notifies" },
  { avoid: ["is told", "are told", "was told", "were told"], say: "is notified, is logged, gets" },
  { avoid: ["in silence"], say: "silently" },
  { avoid: ["but for"], say: "except for" },
  { avoid: ["all but"], say: "everything except" },
  { avoid: ["to no other"], say: "only to" },
  { avoid: ["own making"], say: "custom, your own" },
  { avoid: ["out loud"], say: "explicitly" },
  { avoid: ["for the sake of"], say: "for, only to" },
  { avoid: ["let go of", "lets go of"], say: "drop, release, disconnect" },
  { avoid: ["becomes of", "become of", "came of"], say: "name the result" },
  { avoid: ["give away", "gives away", "gives itself away"], say: "reveal, show" },
  { avoid: ["to the letter"], say: "exactly" },
  { avoid: ["in the midst"], say: "during" },
  { avoid: ["thrown out"], say: "disconnect, reject" },
  { avoid: ["put back"], say: "set back, restore" },
  { avoid: ["remembered token", "remembered tokens"], say: "cached token" },
  { avoid: ["is no text", "are no text"], say: "is not a string" },
  { avoid: ["is no function", "are no function"], say: "is not a function" },
  { avoid: ["is no number", "is no integer"], say: "is not a number, is not an integer" },
  { avoid: ["that are no list"], say: "that are not a list" },

  // Metaphors for code.
  { avoid: ["courier", "couriers"], say: "worker, delivery worker" },
  { avoid: ["outbox", "outboxes"], say: "delivery queue" },
  { avoid: ["leash", "leashes"], say: "parent watcher" },
  { avoid: ["scene", "scenes"], say: "fixture" },
  { avoid: ["theme", "themes"], say: "check group" },
  { avoid: ["a standing", "its standing", "their standing", "standings"], say: "status, snapshot" },
  { avoid: ["the feed", "a feed", "revocation feed"], say: "subscription" },
  { avoid: ["standing"], say: "status, snapshot", inNamesOnly: true },
  { avoid: ["feed"], say: "subscription", inNamesOnly: true },
  { avoid: ["receiver", "receivers"], say: "listener, endpoint" },
  { avoid: ["key ring", "key rings", "keyring", "keyrings"], say: "keys, resolveKey" },
  { avoid: ["patience"], say: "timeout", inNamesOnly: true },
  { avoid: ["teller", "tellers"], say: "reporter" },
];

/** Such as a quotation, or another program's name for a setting. */
export const exceptions: readonly Exception[] = [
  { file: "docs/.vitepress/config.ts", word: "theme", why: "VitePress's name for a setting" },
  { file: "docs/.vitepress/theme/index.ts", word: "theme", why: "VitePress's name for a folder" },
];
