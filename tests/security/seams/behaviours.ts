/** A function that an application passes to a package. */
// biome-ignore lint/suspicious/noExplicitAny: any function of theirs.
export type UserFunction = (...input: any[]) => any;

/** One way in which user code can misbehave. */
export interface Behaviour {
  readonly name: BehaviourName;
  /**
   * The callback `good`, misbehaving.
   *
   * @param callBack Calls the code under test, if the callback can reach it; for "calls back".
   */
  of(good: UserFunction, callBack?: () => unknown): UserFunction;
}

/** The names of the columns, in order. */
const behaviourNames = [
  "throws",
  "throws a value that is not an Error",
  "rejects",
  "returns a promise",
  "returns a thenable",
  "returns a thenable that throws",
  "never settles",
  "changes its input",
  "calls back",
] as const;

export type BehaviourName = (typeof behaviourNames)[number];

/** A secret in the message of a failing callback. It must not reach a client. */
export const messageOfFailure = "user code failed: Zm9yIHRoZSBsb2cgYWxvbmU";

const fail = () => {
  throw new Error(messageOfFailure);
};

/** Each behaviour as a function of the good callback. */
const misbehave: Readonly<Record<BehaviourName, Behaviour["of"]>> = {
  throws: () => fail,
  "throws a value that is not an Error": () => () => {
    throw undefined;
  },
  rejects: () => async () => fail(),
  "returns a promise":
    (good) =>
    async (...input) =>
      good(...input),
  "returns a thenable":
    (good) =>
    (
      ...input // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
    ) => ({ then: (resolve: (value: unknown) => void) => resolve(good(...input)) }),
  // biome-ignore lint/suspicious/noThenProperty: as above.
  "returns a thenable that throws": () => () => ({ then: fail }),
  "never settles": () => () => new Promise(() => {}),
  "changes its input":
    (good) =>
    (...input) => {
      const result = good(...input);
      for (const value of input) change(value, 0);
      return result;
    },
  "calls back":
    (good, callBack) =>
    (...input) => {
      callBack?.();
      return good(...input);
    },
};

export const behaviours: readonly Behaviour[] = behaviourNames.map((name) => ({ name, of: misbehave[name] }));

/** Overwrites, deletes and adds whatever it can, deep inside objects, lists, maps and sets. */
function change(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null || depth > 5) return;
  if (value instanceof Map || value instanceof Set) {
    for (const inner of [...value.values()]) change(inner, depth + 1);
    value.clear();
    return;
  }
  if (Array.isArray(value)) {
    for (const inner of value) change(inner, depth + 1);
    attempt(() => value.splice(0, value.length, "changed"));
    return;
  }
  // Objects of a framework (a request, a socket) are left alone: an application may change them.
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return;
  for (const [name, inner] of Object.entries(value)) {
    change(inner, depth + 1);
    attempt(() => {
      (value as Record<string, unknown>)[name] = typeof inner === "number" ? inner + 1e9 : "changed";
    });
    attempt(() => delete (value as Record<string, unknown>)[name]);
  }
}

/** Ignores the error of changing a frozen value. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch {
    // It cannot be changed.
  }
}
