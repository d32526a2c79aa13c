import { bearer, type Scene } from "../audited-api.ts";
import type { Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { plainPath, type Segment } from "../requests/request.ts";
import { upperCase } from "../requests/spellings.ts";
import { type Forgery, tamperedTokens, unsignedTokens } from "../tokens/invalid-tokens.ts";
import type { User } from "../tokens/user.ts";
import { resembles } from "../verdicts/disclosure.ts";
import { judgeAnyRefusal, judgeCredentials } from "../verdicts/refusal.ts";
import { type Judgement, passed, skipped } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** `Authorization` headers that carry no token (RFC 6750 section 2.1), as they come from broken clients. */
const garbage: readonly { says: string; authorization: string }[] = [
  { says: "a bearer token that is one word", authorization: "Bearer garbage" },
  { says: "three segments that are no JSON", authorization: "Bearer a.b.c" },
  { says: "three segments that are empty", authorization: "Bearer .." },
  { says: "the scheme and no token", authorization: "Bearer" },
  { says: "the token `undefined`", authorization: "Bearer undefined" },
  { says: "another scheme", authorization: "Basic Z3Vlc3Q6Z3Vlc3Q=" },
];

/** No `Authorization` at all, on the path as it is and in spellings that careless guards do not know. */
export function withoutToken(operation: Operation, scene: Scene): Plan {
  const plain = attempt(operation, scene, "no Authorization header", undefined);
  return [
    plain,
    ...looseSpellings.map(({ says, spell }): Attempt => {
      return {
        ...attempt(operation, scene, `no Authorization header, ${says}`, undefined),
        difference: { spell },
        judge: (answer) => judgeOpenSpelling(answer, operation, scene),
      };
    }),
  ];
}

/** What is no token. */
export function withGarbage(operation: Operation, scene: Scene): Plan {
  return garbage.map(({ says, authorization }) => attempt(operation, scene, says, authorization));
}

/** A's token with a signature that does not match. */
export function withTamperedToken(operation: Operation, scene: Scene): Plan {
  return forged(operation, scene, tamperedTokens(scene.users.a.token));
}

/** A's token without a signature, and with a header that says so. */
export function withUnsignedToken(operation: Operation, scene: Scene): Plan {
  return forged(operation, scene, unsignedTokens(scene.users.a.token));
}

/** The expired token, on the path of the user that it was issued to. */
export function withExpiredToken(operation: Operation, scene: Scene): Plan {
  const { a, b, former } = scene.users;
  if (former === undefined) return skipped("no expired token was given");
  const user = [a, b].find(({ id }) => id === former.id) ?? former;
  return [attempt(operation, scene, "an expired token", bearer(former), user)];
}

function forged(operation: Operation, scene: Scene, forgeries: readonly Forgery[]): Plan {
  return forgeries.map((forgery) => attempt(operation, scene, forgery.says, bearer(forgery)));
}

/** On A's own path, or that of the given user. */
function attempt(
  operation: Operation,
  scene: Scene,
  says: string,
  authorization: string | undefined,
  user: User = scene.users.a,
): Attempt {
  const control = () => scene.control(operation, scene.users.b === user ? user : scene.users.a);
  return {
    says,
    authorization,
    values: () => scene.ownValues(operation, user),
    judge: (answer) => judgeCredentials(answer, control),
  };
}

const looseSpellings: readonly { says: string; spell: (segments: readonly Segment[]) => string }[] = [
  { says: "with a slash at the end", spell: (segments) => `${plainPath(segments)}/` },
  { says: "with a doubled slash at the start", spell: (segments) => `/${plainPath(segments)}` },
  { says: "with a dot segment at the start", spell: (segments) => `/.${plainPath(segments)}` },
  { says: "in upper case", spell: upperCase },
];

/**
 * Another spelling may be another page, of which nobody said that it is closed: only the operation's own
 * answer counts.
 */
async function judgeOpenSpelling(
  answer: Answer | undefined,
  operation: Operation,
  scene: Scene,
): Promise<Judgement> {
  if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
  const own = await scene.control(operation, scene.users.a);
  return own === undefined || resembles(answer, own)
    ? judgeCredentials(answer, async () => own)
    : passed(`answered ${answer.status} with something else`);
}
