import type { Operation } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { plainPath, type Segment } from "../requests/request.ts";
import { upperCase } from "../requests/spellings.ts";
import { type InvalidToken, tamperedTokens, unsignedTokens } from "../tokens/invalid-tokens.ts";
import type { User } from "../tokens/user.ts";
import { hasSameShape } from "../verdicts/disclosure.ts";
import { judgeAnyRefusal, judgeCredentials } from "../verdicts/refusal.ts";
import { inapplicable, type Judgement, passed, skipped } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** `Authorization` headers without a valid token (RFC 6750 section 2.1), as broken clients send them. */
const garbage: readonly { says: string; authorization: string }[] = [
  { says: "the bearer token `garbage`", authorization: "Bearer garbage" },
  { says: "three segments that are not JSON", authorization: "Bearer a.b.c" },
  { says: "three empty segments", authorization: "Bearer .." },
  { says: "the scheme without a token", authorization: "Bearer" },
  { says: "the token `undefined`", authorization: "Bearer undefined" },
  { says: "another scheme", authorization: "Basic Z3Vlc3Q6Z3Vlc3Q=" },
];

/** No `Authorization` header, on the path, on spellings of it that a careless guard misses, and as HEAD. */
export function withoutToken(operation: Operation, api: AuditedApi): Plan {
  const plain = attempt(operation, api, "no Authorization header", undefined);
  return [
    plain,
    ...pathSpellings.map(({ says, spell }): Attempt => {
      return {
        ...attempt(operation, api, `no Authorization header, ${says}`, undefined),
        difference: { spell },
        judge: (answer) => judgeOpenSpelling(answer, operation, api),
      };
    }),
    ...headWithoutToken(operation, api),
  ];
}

/** HEAD, which a guard for listed methods misses. Where the document has it, it is an operation. */
function headWithoutToken(operation: Operation, api: AuditedApi): Attempt[] {
  const isDocumented = api.operations.some(
    ({ method, path }) => method === "HEAD" && path === operation.path,
  );
  if (operation.method !== "GET" || isDocumented) return [];
  return [
    {
      ...attempt(operation, api, "no Authorization header, as HEAD", undefined),
      difference: { method: "HEAD" },
      async judge(answer) {
        if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
        const own = await api.ownAnswer(operation, api.users.a);
        // It has no body to compare.
        return own === undefined || (isSuccess(own) && own.mediaType === answer.mediaType)
          ? judgeCredentials(answer, async () => own)
          : passed(`answered ${answer.status} with something else`);
      },
    },
  ];
}

/** Headers without a valid token. */
export function withGarbageToken(operation: Operation, api: AuditedApi): Plan {
  return garbage.map(({ says, authorization }) => attempt(operation, api, says, authorization));
}

/** A's token with a signature that does not match. */
export function withTamperedToken(operation: Operation, api: AuditedApi): Plan {
  return withInvalidTokens(operation, api, tamperedTokens(api.users.a.token));
}

/** A's token without a signature, with `alg` set to `none`. */
export function withUnsignedToken(operation: Operation, api: AuditedApi): Plan {
  return withInvalidTokens(operation, api, unsignedTokens(api.users.a.token));
}

/** The expired token, on the path of the user that it was issued to. */
export function withExpiredToken(operation: Operation, api: AuditedApi): Plan {
  const { expiredUser } = api.users;
  if (expiredUser === undefined) return skipped("no expired token was given");
  return [attempt(operation, api, "an expired token", bearer(expiredUser), sameUser(expiredUser, api))];
}

/** The revoked token, on the path of the user that it was issued to. */
export function withRevokedToken(operation: Operation, api: AuditedApi): Plan {
  const { revokedUser } = api.users;
  if (revokedUser === undefined) return inapplicable("no revoked token was given");
  return [attempt(operation, api, "a revoked token", bearer(revokedUser), sameUser(revokedUser, api))];
}

/** The test user of a token that is no longer valid, because that one's requests are accepted. */
function sameUser(user: User, { users: { a, b, c } }: AuditedApi): User {
  return [a, b, c].find((one) => one?.id === user.id) ?? user;
}

function withInvalidTokens(
  operation: Operation,
  api: AuditedApi,
  invalidTokens: readonly InvalidToken[],
): Plan {
  return invalidTokens.map(({ says, token }) => attempt(operation, api, says, bearer({ token })));
}

/** A request on the path of user A, or of the given user. */
function attempt(
  operation: Operation,
  api: AuditedApi,
  says: string,
  authorization: string | undefined,
  user: User = api.users.a,
): Attempt {
  const { a, b, c } = api.users;
  const ownAnswer = () => api.ownAnswer(operation, user === b || user === c ? user : a);
  return {
    says,
    authorization,
    values: () => api.ownValues(operation, user),
    judge: (answer) => judgeCredentials(answer, ownAnswer),
  };
}

const pathSpellings: readonly { says: string; spell: (segments: readonly Segment[]) => string }[] = [
  { says: "with a trailing slash", spell: (segments) => `${plainPath(segments)}/` },
  { says: "with a doubled leading slash", spell: (segments) => `/${plainPath(segments)}` },
  { says: "with a leading dot segment", spell: (segments) => `/.${plainPath(segments)}` },
  { says: "in upper case", spell: upperCase },
];

/**
 * Another spelling may be another, public page: a success counts only if it looks like the operation's own.
 */
async function judgeOpenSpelling(
  answer: Answer | undefined,
  operation: Operation,
  api: AuditedApi,
): Promise<Judgement> {
  if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
  const own = await api.ownAnswer(operation, api.users.a);
  return own === undefined || hasSameShape(answer, own)
    ? judgeCredentials(answer, async () => own)
    : passed(`answered ${answer.status} with something else`);
}
