import { CannotRun } from "../command-line/command.ts";
import { escapeLine } from "../output/escape.ts";

/**
 * Why the issuer gave no session or token.
 *
 * `unreachable`: nothing was sent. `unclear`: something was sent, and there is no usable answer to it, so
 * that it may have had an effect. `limited`: too many requests. `credentials`: no such account, or another
 * password. `exists`: there is such an account. `verification`: the address must be verified first.
 * `two_factors`: a second factor is required. `disabled`: the issuer does not offer this. `session`: the
 * session has ended. `elsewhere`: the request did not reach Better Auth. `rejected`: another reason of the
 * issuer's.
 */
export type RefusalKind =
  | "unreachable"
  | "unclear"
  | "limited"
  | "credentials"
  | "exists"
  | "verification"
  | "two_factors"
  | "disabled"
  | "session"
  | "elsewhere"
  | "rejected";

/** The issuer gave no session or token. The message says why, in one line, without a password or token. */
export class IssuerRefusal extends CannotRun {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Characters of the issuer's own message that are shown. */
const longestMessage = 200;

/** What the issuer says, for a message: `403, NOT_INVITED: "Only invited users"`. */
export function saidBy(
  { status, code, message }: { status: number; code: string; message: string },
  password: string,
): string {
  // A server may send back what it got.
  const isOwn = (text: string) => text !== "" && !text.includes(password);
  const said = [
    ...(/^\w{1,64}$/.test(code) && isOwn(code) ? [code] : []),
    ...(isOwn(message) ? [JSON.stringify(escapeLine(message.slice(0, longestMessage)))] : []),
  ];
  return said.length === 0 ? String(status) : `${status}, ${said.join(": ")}`;
}
