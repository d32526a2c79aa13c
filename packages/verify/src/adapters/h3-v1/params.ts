/**
 * Ends a handler of h3 1's whose request is answered already. h3 knows its own errors by this mark, and
 * leaves alone what it says of a request that is answered.
 */
export class Refused extends Error {
  static readonly __h3_error__ = true;
  readonly statusCode = 403;
  readonly statusMessage = "";
  readonly fatal = false;
  readonly unhandled = false;

  constructor() {
    super("usher refused this request, and has answered it.");
  }

  toJSON(): object {
    return { message: this.message, statusCode: this.statusCode };
  }
}

type Params = Record<string, unknown>;

/**
 * Has `check` look at a route's parameters whenever a router sets them, before its handler runs.
 *
 * h3 hands a parameter out as it has it, or decoded when the handler asks for that: two values, of which the
 * check sees one. So the decoded one takes the place of the other, and where decoding it again would make a
 * third (an id with a `%` in it), none is left, which is nobody's.
 */
export function holdParams(
  context: Params,
  ownerParams: readonly string[],
  check: (params: Params) => void,
): void {
  let current = context.params;
  Object.defineProperty(context, "params", {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (params: unknown) => {
      if (typeof params === "object" && params !== null) check(decodeOwners(params as Params, ownerParams));
      current = params;
    },
  });
}

function decodeOwners(params: Params, ownerParams: readonly string[]): Params {
  for (const name of ownerParams) {
    const value = params[name];
    if (typeof value !== "string" || !value.includes("%")) continue;
    const decoded = decode(value);
    params[name] = decode(decoded) === decoded ? decoded : "";
  }
  return params;
}

/** As h3 does it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
