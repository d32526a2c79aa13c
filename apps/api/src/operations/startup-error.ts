/**
 * A reason not to start that the operator can do something about. `message` is one line that says what is
 * wrong and what to do; it never holds a secret or a password.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
}
