/** A start-up problem that the person at the terminal can solve. The message is one line and says how. */
export class LaunchError extends Error {
  override name = "LaunchError";
}
