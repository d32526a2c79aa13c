/** As `pg` does: a stack that leads to the caller's query, not to the socket that was read. */
export function ownStack(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error);
  return error;
}
