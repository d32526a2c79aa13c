/** A problem at startup that the user can solve. The message is one line and says how. */
export class LaunchError extends Error {
  override name = "LaunchError";
}
