/**
 * A reason not to start that the operator can fix. The message is one line that says what is wrong and what
 * to do. It never contains a secret or a password.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
}
