import { DestinationError, TokenUnavailableError } from "@usher-auth/client";

/** An error response of the API, with its RFC 9457 problem body if it has one. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reads the problem of an error response. Accepts any body. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  const text = textOf(body, "detail") ?? textOf(body, "title") ?? `The API answered ${response.status}`;
  return new ApiProblem(response.status, textOf(body, "code"), text);
}

/**
 * Replaces errors that a user cannot understand: `fetch` reports a failed connection as "Failed to fetch" or
 * "Load failed", and the API client reports missing tokens.
 */
export function rethrowReadably(error: unknown): never {
  if (error instanceof TokenUnavailableError) {
    const wait = error.retryAfter === undefined ? "in a moment" : `in ${error.retryAfter} seconds`;
    throw new Error(`The sign-in service is not available. Try again ${wait}.`, { cause: error });
  }
  if (!(error instanceof TypeError) || error instanceof DestinationError) throw error;
  throw new Error("Cannot connect to the server", { cause: error });
}

function textOf(body: unknown, name: string): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}
