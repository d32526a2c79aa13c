import { randomBytes } from "node:crypto";
import type { IssuerAddress } from "./address.ts";
import type { ConnectionOptions } from "./connection.ts";
import { IssuerRefusal, type RefusalKind } from "./refusal.ts";
import { type Credentials, type Deletion, type IssuerSession, signIn, signUp } from "./session.ts";

/** An account that was not deleted, or may not have been. */
export interface LeftUser {
  readonly email: string;
  /** Why, in a sentence. */
  readonly reason: string;
  /** What the issuer did with the request, if it answered. */
  readonly deletion: Exclude<Deletion, "deleted"> | undefined;
}

/** Users for one audit. */
export interface TestUsers {
  /** The addresses, before anything exists. */
  readonly addresses: readonly string[];
  /**
   * Signs the users up, one after the other.
   *
   * @returns A token of each.
   * @throws {IssuerRefusal} An account may exist: call `deleteAll`.
   */
  signUp(): Promise<readonly string[]>;
  /**
   * Signs the first user in once more, and that session out.
   *
   * @returns A token of the session that has ended.
   * @throws {IssuerRefusal}
   */
  revokedToken(): Promise<string>;
  /** The addresses whose account exists now, or may exist. */
  existing(): readonly string[];
  /** Deletes the accounts. Ends the session of each that remains. Never throws. */
  deleteAll(): Promise<readonly LeftUser[]>;
}

/** The reasons for which a sign-up has no effect. After any other one, the account may exist. */
const withoutEffect: ReadonlySet<RefusalKind> = new Set(["unreachable", "limited", "disabled", "elsewhere"]);

/**
 * Test users with random addresses under example.com (RFC 2606 section 3: nobody gets e-mail there) and
 * random passwords. Nothing is created yet.
 *
 * @param options The waiting of `signUp` ends with `signal`; `deleteAll` waits nevertheless.
 */
export function createTestUsers(
  issuer: IssuerAddress,
  count: number,
  options: ConnectionOptions = {},
): TestUsers {
  const accounts = Array.from({ length: count }, randomAccount);
  const cleaning: ConnectionOptions = { ...options, signal: undefined };
  /** The accounts that may exist, with their session if they have one. */
  const existing = new Map<Credentials, IssuerSession | undefined>();

  async function signUpOne(account: Credentials): Promise<string> {
    existing.set(account, undefined);
    let isAccepted = false;
    const onAccepted = () => {
      isAccepted = true;
    };
    try {
      const session = await signUp(issuer, { ...account, name: "Usher audit" }, { ...options, onAccepted });
      existing.set(account, session);
      return await session.token();
    } catch (error) {
      const hasNoEffect = error instanceof IssuerRefusal && withoutEffect.has(error.kind);
      if (hasNoEffect && !isAccepted) existing.delete(account);
      throw error;
    }
  }

  async function deleteOne(account: Credentials): Promise<LeftUser | undefined> {
    try {
      const session = existing.get(account) ?? (await signIn(issuer, account, cleaning));
      existing.set(account, session);
      const deletion = await session.deleteUser();
      if (deletion === "deleted") return undefined;
      await signOut(account);
      return { email: account.email, deletion, reason: whyLeft[deletion] };
    } catch (error) {
      if (await isGone(account, error)) return undefined;
      await signOut(account);
      return { email: account.email, deletion: undefined, reason: reasonOf(error) };
    }
  }

  /** Nobody knows the password of an account that remains, so nobody needs its session. */
  async function signOut(account: Credentials): Promise<void> {
    await existing
      .get(account)
      ?.signOut()
      .catch(() => {});
  }

  /** Whether the account does not exist: it was never created, or its deletion worked and the answer was lost. */
  async function isGone(account: Credentials, error: unknown): Promise<boolean> {
    if (!(error instanceof IssuerRefusal) || withoutAnswer.has(error.kind)) return false;
    if (error.kind === "credentials") return true;
    return await signIn(issuer, account, cleaning).then(
      async (session) => {
        await session.signOut().catch(() => {});
        return false;
      },
      (reason: unknown) => reason instanceof IssuerRefusal && reason.kind === "credentials",
    );
  }

  return {
    addresses: accounts.map(({ email }) => email),
    async signUp() {
      const tokens: string[] = [];
      for (const account of accounts) {
        options.signal?.throwIfAborted();
        tokens.push(await signUpOne(account));
      }
      return tokens;
    },
    async revokedToken() {
      const session = await signIn(issuer, accounts[0] as Credentials, options);
      const token = await session.token();
      await session.signOut();
      return token;
    },
    existing: () => [...existing.keys()].map(({ email }) => email),
    async deleteAll() {
      const left: LeftUser[] = [];
      for (const account of [...existing.keys()]) {
        const remaining = await deleteOne(account);
        if (remaining === undefined) existing.delete(account);
        else left.push(remaining);
      }
      return left;
    },
  };
}

/** After these, another sign-in would not say whether there is an account. */
const withoutAnswer: ReadonlySet<RefusalKind> = new Set([
  "unreachable",
  "limited",
  "verification",
  "two_factors",
]);

function reasonOf(error: unknown): string {
  if (error instanceof IssuerRefusal && error.kind === "verification")
    return "The issuer requires a verified e-mail address (requireEmailVerification), so that nobody can sign in to delete it.";
  return error instanceof Error ? error.message : String(error);
}

const whyLeft: Readonly<Record<Exclude<Deletion, "deleted">, string>> = {
  disabled:
    "The issuer lets no user delete their account. To allow it: user: { deleteUser: { enabled: true } } in Better Auth's options.",
  needs_confirmation:
    "The issuer sent an e-mail that nobody gets: it deletes an account only after a click (sendDeleteAccountVerification).",
};

function randomAccount(): Credentials {
  return {
    email: `usher-audit-${randomBytes(8).toString("hex")}@example.com`,
    // Some issuers require a character of each kind.
    password: `${randomBytes(32).toString("base64url")}-aA1`,
  };
}
