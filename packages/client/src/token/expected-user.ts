/** The option `userId` of a client. */
export type ExpectedUser = string | (() => string | null | undefined);

/**
 * The user that the page was made for, if the application knows.
 *
 * @throws {TypeError} It is neither a user's id nor, from a function, null or undefined.
 */
export function readExpectedUser(userId: ExpectedUser | undefined): string | undefined {
  const id: unknown = typeof userId === "function" ? userId() : userId;
  if (id === undefined || (id === null && typeof userId === "function")) return undefined;
  if (typeof id === "string" && id !== "") return id;
  // A function that is async after all: its rejection is nobody's.
  Promise.resolve(id).catch(() => undefined);
  throw new TypeError("userId must be a user's id, or a function that returns one, null or undefined");
}
