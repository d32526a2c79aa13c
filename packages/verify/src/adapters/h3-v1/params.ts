/**
 * Stops h3 1 from running the handler of a request that already has a response. h3 recognises its own errors
 * by this property, and does not report them for such a request.
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
 * Calls `check` whenever a router sets a route's parameters, before the route's handler runs.
 *
 * h3 returns a parameter as sent, or decoded if the handler asks for that. The check only sees one value, so
 * the decoded value replaces the other. If decoding it again would change it (an id that contains `%`), it
 * becomes empty, which is no user's id.
 */
export function interceptParams(
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

/** Decodes as h3 does. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
