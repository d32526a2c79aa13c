import type { IssuerAddress } from "./address.ts";
import { type Connection, type ConnectionOptions, connectTo, type IssuerAnswer } from "./connection.ts";
import { IssuerRefusal, type RefusalKind, saidBy } from "./refusal.ts";

/** An account at the issuer. The password reaches no message. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What became of an account. `needs_confirmation`: the issuer sent an e-mail with a link that deletes it. */
export type Deletion = "deleted" | "disabled" | "needs_confirmation";

/** A signed-in user. The session's cookies stay in memory. */
export interface IssuerSession {
  readonly userId: string;
  readonly email: string;
  /**
   * Gets a token for the API.
   *
   * @throws {IssuerRefusal}
   */
  token(): Promise<string>;
  /**
   * Ends the session at the issuer.
   *
   * @throws {IssuerRefusal}
   */
  signOut(): Promise<void>;
  /**
   * Deletes the account, after signing in again if the session has ended.
   *
   * @returns `disabled` if users cannot delete their account at this issuer.
   * @throws {IssuerRefusal}
   */
  deleteUser(): Promise<Deletion>;
}

/**
 * Signs a user in with e-mail address and password.
 *
 * @throws {IssuerRefusal} The message says why: a wrong password, an address that is not verified, a second
 *   factor, an issuer that cannot be reached, …
 */
export async function signIn(
  issuer: IssuerAddress,
  credentials: Credentials,
  options: ConnectionOptions = {},
): Promise<IssuerSession> {
  return sessionOf(await signedIn(issuer, credentials, options));
}

/** How an account is created. */
export interface SignUpOptions extends ConnectionOptions {
  /** Called when the issuer has accepted the sign-up, before there is a session. */
  readonly onAccepted?: (() => void) | undefined;
}

/**
 * Creates an account, and signs its user in.
 *
 * @throws {IssuerRefusal} The message says why. The account may exist nevertheless, for example if its
 *   address must be verified before it can be used.
 */
export async function signUp(
  issuer: IssuerAddress,
  credentials: Credentials & { readonly name: string },
  options: SignUpOptions = {},
): Promise<IssuerSession> {
  const connection = connectTo(issuer, options);
  const { email, password, name } = credentials;
  const answer = await connection.send("/sign-up/email", { email, password, name });
  if (answer.status === 200) options.onAccepted?.();
  // With `autoSignIn: false`, or where addresses must be verified, there is no session yet.
  if (answer.status === 200 && answer.json.token === null) return signIn(issuer, credentials, options);
  return sessionOf(signedInBy(answer, { issuer, credentials, connection, options, action: "sign-up" }));
}

async function signedIn(
  issuer: IssuerAddress,
  credentials: Credentials,
  options: ConnectionOptions,
): Promise<SignedIn> {
  const connection = connectTo(issuer, options);
  const { email, password } = credentials;
  const answer = await connection.send("/sign-in/email", { email, password });
  return signedInBy(answer, { issuer, credentials, connection, options, action: "sign-in" });
}

interface Attempt {
  readonly issuer: IssuerAddress;
  readonly credentials: Credentials;
  readonly connection: Connection;
  readonly options: ConnectionOptions;
  readonly action: "sign-in" | "sign-up";
}

/** A connection that has the cookies of a session. */
interface SignedIn extends Attempt {
  readonly userId: string;
}

/** @throws {IssuerRefusal} The answer is not that to a successful sign-in or sign-up. */
function signedInBy(answer: IssuerAnswer, attempt: Attempt): SignedIn {
  const { issuer, connection } = attempt;
  if (answer.status !== 200) throw refusalOf(answer, attempt);
  const { user, twoFactorRedirect } = answer.json;
  if (twoFactorRedirect === true)
    throw new IssuerRefusal(
      "two_factors",
      "This account has two-factor authentication, which this command cannot answer. Use an account without it.",
    );
  const { id } = (typeof user === "object" && user !== null ? user : {}) as { readonly id?: unknown };
  if (typeof id !== "string" || id === "")
    throw new IssuerRefusal(
      "unclear",
      `${issuer.base} does not answer the ${attempt.action} as Better Auth does. Check --issuer and --base-path.`,
    );
  if (!connection.hasCookies()) throw withoutCookies(attempt);
  return { ...attempt, userId: id };
}

function withoutCookies({ issuer, connection }: Attempt): IssuerRefusal {
  const [domain] = connection.ignoredDomains();
  const why =
    domain === undefined
      ? "set no session cookie for this path"
      : `set its session cookie for another domain (${domain}): use its public address with --issuer`;
  return new IssuerRefusal("unclear", `The issuer at ${issuer.origin} ${why}.`);
}

function sessionOf(signed: SignedIn): IssuerSession {
  const { userId, issuer, credentials, connection, options } = signed;
  const rejected = (answer: IssuerAnswer, what: string) => rejection(answer, what, credentials);
  return {
    userId,
    email: credentials.email,
    async token() {
      const answer = await connection.send("/token");
      if (answer.status === 200) return tokenIn(answer, issuer);
      if (answer.status === 401)
        throw new IssuerRefusal(
          "session",
          `${issuer.base}/token answers 401: the issuer does not recognise the session it has just given.`,
        );
      if (answer.status === 404)
        throw new IssuerRefusal(
          "disabled",
          `${issuer.base}/token answers 404: Better Auth has no plugin that issues tokens. Add usherJwt() to its plugins.`,
        );
      throw rejected(answer, "issues no token");
    },
    async signOut() {
      const answer = await connection.send("/sign-out", {});
      if (answer.status !== 200) throw rejected(answer, "does not sign the session out");
    },
    async deleteUser() {
      try {
        return await deleteAccount(signed);
      } catch (error) {
        if (!(error instanceof IssuerRefusal) || error.kind !== "session") throw error;
        return await deleteAccount(await signedIn(issuer, credentials, options));
      }
    },
  };
}

/** @throws {IssuerRefusal} `session` if the session has ended. */
async function deleteAccount({ connection, credentials }: SignedIn): Promise<Deletion> {
  // The password also allows it where the session is not fresh.
  const answer = await connection.send("/delete-user", { password: credentials.password });
  if (answer.status === 200 && answer.json.message === "Verification email sent") return "needs_confirmation";
  if (answer.status === 200 && answer.json.success === true) return "deleted";
  if (answer.status === 404) return "disabled";
  if (answer.status === 401)
    throw new IssuerRefusal("session", "The issuer says that the session has ended, although it is new.");
  throw rejection(answer, "does not delete the account", credentials);
}

/** The token in the answer. What follows is printed, or sent to the API, so that it must be one. */
function tokenIn({ json: { token } }: IssuerAnswer, issuer: IssuerAddress): string {
  if (typeof token === "string" && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token;
  throw new IssuerRefusal("unclear", `${issuer.base}/token answers 200, but not with a token.`);
}

/** Better Auth's codes, and what they mean here. */
const known: Readonly<Record<string, readonly [RefusalKind, string]>> = {
  INVALID_EMAIL_OR_PASSWORD: ["credentials", "Wrong e-mail address or password."],
  USER_ALREADY_EXISTS: ["exists", "There is an account with this address already."],
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: ["exists", "There is an account with this address already."],
  EMAIL_NOT_VERIFIED: [
    "verification",
    "The issuer requires a verified e-mail address (requireEmailVerification), and this one is not. Verify it, then sign in again.",
  ],
  EMAIL_PASSWORD_DISABLED: [
    "disabled",
    "The issuer does not offer sign-in with e-mail address and password (emailAndPassword.enabled).",
  ],
  EMAIL_PASSWORD_SIGN_UP_DISABLED: [
    "disabled",
    "The issuer does not allow sign-ups with e-mail address and password (emailAndPassword.disableSignUp).",
  ],
  credentials_missing: [
    "elsewhere",
    "This is the address of an API, which expects a token, and not that of the issuer. Check --issuer.",
  ],
  MISSING_RESPONSE: [
    "disabled",
    "The issuer requires a captcha, which this command cannot solve. Leave the captcha plugin out in development.",
  ],
};

/** Better Auth's codes for a request from an origin that it does not trust. */
const originCodes: ReadonlySet<string> = new Set(["INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"]);

function refusalOf(answer: IssuerAnswer, { issuer, credentials, action }: Attempt): IssuerRefusal {
  const { status, code } = answer;
  const [kind, message] = (Object.hasOwn(known, code) && known[code]) || [];
  if (kind !== undefined && message !== undefined) return new IssuerRefusal(kind, message);
  if (originCodes.has(code))
    return new IssuerRefusal(
      "disabled",
      `The issuer does not trust the origin ${issuer.origin}. Use the address of its baseURL with --issuer: localhost and 127.0.0.1 are two origins.`,
    );
  if (status === 404)
    return new IssuerRefusal(
      "elsewhere",
      `${issuer.base} has no endpoint for a ${action} (404). Check --issuer and --base-path.`,
    );
  return rejection(answer, `does not accept the ${action}`, credentials);
}

function rejection(answer: IssuerAnswer, what: string, { password }: Credentials): IssuerRefusal {
  const isFailure = answer.status >= 500 || answer.status < 400;
  const advice = isFailure ? " Its log says why." : "";
  return new IssuerRefusal(
    isFailure ? "unclear" : "rejected",
    `The issuer ${what} (${saidBy(answer, password)}).${advice}`,
  );
}
