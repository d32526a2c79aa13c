import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { readSettings } from "../input/environment.ts";
import { readPassword } from "../input/password.ts";
import { readUnverified } from "../input/unverified-jwt.ts";
import {
  type ConnectionOptions,
  type Credentials,
  type IssuerAddress,
  IssuerRefusal,
  type IssuerSession,
  issuerAddress,
  signIn,
  signUp,
} from "../issuer-session/index.ts";
import { instantInWords } from "../output/duration.ts";
import { escapeControl, escapeLine } from "../output/escape.ts";
import type { Terminal } from "../terminal.ts";

export const command: Command = defineSubcommand({
  name: "token",
  description:
    "Sign in at the issuer (Better Auth) with e-mail address and password, and print the token that it issues for the API. Nothing else is printed on standard output.",
  args: {
    email: {
      type: "string",
      description: "The account's e-mail address",
      valueHint: "address",
      required: true,
    },
    "password-file": {
      type: "string",
      description: "File with the password; - is standard input; or set USHER_PASSWORD; default: asks for it",
      valueHint: "file",
    },
    "sign-up": {
      type: "boolean",
      description: "Create the account if there is none with this address, for development",
    },
    issuer: {
      type: "string",
      description: "Better Auth's base URL; default: BETTER_AUTH_URL",
      valueHint: "url",
    },
    "base-path": {
      type: "string",
      description: "The path of Better Auth's endpoints; default: that of the URL, else /api/auth",
      valueHint: "path",
    },
    env: {
      type: "string",
      alias: "env-file",
      description: "File with the settings; default: the environment, or .env",
      valueHint: "file",
    },
    json: { type: "boolean", description: "Print JSON: the token, whose it is, and when it ends" },
  },
  examples: [
    {
      line: "npx usher-auth token --email ada@example.com --issuer http://localhost:3000",
      effect: "Print a token; asks for the password",
    },
    {
      line: "npx usher-auth token --email ada@example.com --password-file password.txt --sign-up > token.txt",
      effect: "Create the account first, if need be, and keep the token in a file",
    },
    {
      line: 'curl -H "Authorization: Bearer $(npx usher-auth token --email ada@example.com)" http://localhost:3001/api/…',
      effect: "Call an API, with the password in USHER_PASSWORD",
    },
  ],
  async run(args, terminal) {
    const email = readEmail(args.email);
    const { environment, name: environmentName } = await readSettings(args.env, terminal);
    const issuer = issuerAddress({
      issuer: args.issuer,
      basePath: args["base-path"],
      environment,
      environmentName,
    });
    const password = await readPassword(
      args["password-file"],
      `Password of ${email} at ${issuer.origin}`,
      terminal,
    );
    const session = await openSession(issuer, { email, password }, args["sign-up"] === true, terminal);
    const token = await session.token();
    const claims = readUnverified(token)?.claims;
    if (claims === undefined)
      throw new CannotRun(`${issuer.base}/token answers 200, but its token is not a JWT.`);
    const expiresAt = typeof claims.exp === "number" ? claims.exp : undefined;
    say(`${email} is signed in at ${issuer.origin}. ${lifetime(expiresAt)}`, terminal);
    say(
      "The session is kept: where sign-outs are sent to the API, the end of it would revoke the token.",
      terminal,
    );
    terminal.output.write(
      args.json
        ? escapeControl(
            `${JSON.stringify({ token, email, userId: session.userId, issuer: issuer.origin, expiresAt: isoInstant(expiresAt) }, null, 2)}\n`,
          )
        : `${token}\n`,
    );
    return 0;
  },
});

function readEmail(text: string): string {
  const email = text.trim();
  // The issuer decides what a valid address is.
  if (/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email) && email.length <= 320) return email;
  throw new CannotRun("--email must be an e-mail address, such as ada@example.com.");
}

async function openSession(
  issuer: IssuerAddress,
  credentials: Credentials,
  maySignUp: boolean,
  terminal: Terminal,
): Promise<IssuerSession> {
  const options: ConnectionOptions = {
    onWait: (seconds) => say(`${issuer.origin} limits requests: waiting ${seconds} s`, terminal),
  };
  try {
    return await signIn(issuer, credentials, options);
  } catch (error) {
    if (!(error instanceof IssuerRefusal) || error.kind !== "credentials") throw error;
    if (!maySignUp)
      throw new CannotRun(`${error.message} To create the account, for development: --sign-up.`);
    return await signUpAs(credentials, issuer, options, terminal);
  }
}

async function signUpAs(
  credentials: Credentials,
  issuer: IssuerAddress,
  options: ConnectionOptions,
  terminal: Terminal,
): Promise<IssuerSession> {
  const { email } = credentials;
  try {
    const session = await signUp(
      issuer,
      { ...credentials, name: email.slice(0, email.indexOf("@")) },
      options,
    );
    say(`signed ${email} up at ${issuer.origin}`, terminal);
    return session;
  } catch (error) {
    if (!(error instanceof IssuerRefusal)) throw error;
    if (error.kind === "verification") throw new CannotRun(`Signed ${email} up. ${error.message}`);
    // Where addresses must be verified, Better Auth conceals that there is such an account.
    if (error.kind === "exists" || error.kind === "credentials")
      throw new CannotRun(`There is an account of ${email} already, and this is not its password.`);
    throw error;
  }
}

/** What follows the sign-in, for people. */
function lifetime(expiresAt: number | undefined): string {
  if (expiresAt === undefined) return "The token says nothing about its end.";
  return `The token ends ${instantInWords(expiresAt, Math.floor(Date.now() / 1000))}.`;
}

/** The claim is the issuer's: it may be no date. */
function isoInstant(seconds: number | undefined): string | null {
  const date = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function say(text: string, terminal: Terminal): void {
  terminal.errors.write(`${escapeLine(text)}\n`);
}
