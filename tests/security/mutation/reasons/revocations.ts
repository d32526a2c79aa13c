import { type Reason, shortcut } from "./reason.ts";

/** Mutants of revocations and logout tokens. */
export const revocationReasons: readonly Reason[] = [
  {
    file: "logout/form.ts",
    line: 'contentType?.split(";", 1)[0]?.trim()',
    mutants: ['contentType?.split(";", 1)[0].trim'],
    reason: "for the type: `split` returns at least one part",
  },
  {
    file: "logout/form.ts",
    line: 'typeof body === "string" ? body',
    mutants: ["false", '""'],
    reason: "a token is ASCII, the same in every encoding, and no other field is read",
  },
  {
    file: "logout/token.ts",
    line: "if (exp !== undefined && exp <= now - tolerance) {",
    mutants: ["true"],
    reason: "for the type: `undefined` is less than nothing",
  },
  {
    file: "logout/token.ts",
    line: "if (toe !== undefined && toe > iat + tolerance) {",
    mutants: ["true"],
    reason: "for the type: `undefined` is not more than anything",
  },
  {
    file: "logout/verify.ts",
    line: "if (until !== undefined && clock() / 1000 < until) throw seenBefore();",
    mutants: ["true"],
    reason: "for the type: nothing is less than `undefined`",
  },
  {
    file: "revocation/subscription.ts",
    line: "let isCrowded = false;",
    mutants: ["true"],
    reason: "it is only read after a load has begun, which resets it",
  },
  {
    file: "revocation/subscription.ts",
    line: "retry.unref?.();",
    mutants: ["retry.unref()"],
    reason: "it is only missing on workerd",
  },
  {
    file: "revocation/freshness.ts",
    line: "if (at > this.#confirmedAt)",
    mutants: ["at >= this.#confirmedAt"],
    reason: "the same time again changes nothing",
  },
  {
    file: "revocation/freshness.ts",
    line: "if (now < this.#until && now >= this.#from) return true;",
    mutants: ["false", "now > this.#from"],
    reason: "a shortcut: computing it again has the same result",
  },
  {
    file: "revocation/memory-store.ts",
    line: "timer.unref?.();",
    mutants: ["timer.unref()"],
    reason: "it is only missing on workerd",
  },
  {
    file: "revocation/memory-store.ts",
    line: "if (known !== undefined && endOf(known) >= endOf(revocation)) continue;",
    mutants: ["endOf(known) > endOf(revocation)"],
    reason: "the same time again only changes the order of equals",
  },
  {
    file: "revocation/revocations.ts",
    line: "hadRoom = table.add(revocation, now) && hadRoom",
    mutants: ["table.add(revocation, now) || hadRoom"],
    reason: "it needs four million live revocations; both operands have their own tests",
  },
  {
    file: "revocation/revocations.ts",
    line: "now: number = clock() / 1000",
    mutants: ["clock() * 1000"],
    reason: "it only decides whether the result is computed again",
  },
  {
    file: "revocation/table.ts",
    line: "else if (known < end)",
    mutants: ["known <= end"],
    reason: "the same time again changes nothing",
  },
  {
    file: "revocation/table.ts",
    line: "if (jti !== undefined && token.instants.size > 0",
    mutants: ["true", "jti !== undefined || token.instants.size > 0", "token.instants.size >= 0"],
    reason: "a shortcut: an empty Map has no entries, and no Map has the key `undefined`",
  },
  {
    file: "revocation/table.ts",
    line: "if (sid !== undefined && session.instants.size > 0",
    mutants: ["true", "sid !== undefined || session.instants.size > 0", "session.instants.size >= 0"],
    reason: "a shortcut: an empty Map has no entries, and no Map has the key `undefined`",
  },
  {
    file: "revocation/table.ts",
    line: "if (sub === undefined || user.instants.size === 0) return undefined;",
    mutants: ["false"],
    reason: "a shortcut: an empty Map has no entries, and no Map has the key `undefined`",
  },
  {
    file: "revocation/table.ts",
    line: 'Buffer.from(id, "latin1").toString("latin1")',
    mutants: ['""'],
    reason: "only where the string is stored differs: a copy that is not equal is not used",
  },
  {
    file: "revocation/table.ts",
    line: "return copy === id ? copy : id;",
    mutants: ["false"],
    reason: "only where the string is stored differs",
  },
  {
    file: "revocation/memory-store.ts",
    line: "else if (isOld(value[1])) kept.delete(value[0]);",
    mutants: ["false", ";"],
    reason: "it only frees memory: an old entry is not loaded either",
  },
  {
    file: "revocation/revocations.ts",
    line: "if (freshness.hasGoneBack(now)) loadAgainIfNotWhole();",
    mutants: ["true"],
    reason: shortcut,
  },
  {
    file: "user-code/deadline.ts",
    line: "outcome.then((result) => isLate && late?.(result))",
    mutants: ["late(result)"],
    reason: "calling what is absent throws, which the next `catch` ignores",
  },
];
