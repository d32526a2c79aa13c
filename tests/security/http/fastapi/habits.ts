import { type Expected, malformed, mismatch, missing, own } from "../cases/case.ts";
import { badEscapes, pathName } from "../cases/paths.ts";
import type { Habit } from "../differences.ts";

const none = { status: 404, code: "not_found" } as const;
const noMethod = { status: 405, code: "method_not_allowed" } as const;
const invalid = { status: 422, code: "unprocessable_content" } as const;
/** From h11: plain text. */
const badHere = { status: 400, code: null } as const;

function all(names: readonly string[], answer: Expected): Record<string, Expected> {
  return Object.fromEntries(names.map((name) => [name, answer]));
}

/** What uvicorn with h11, Starlette and FastAPI do with some cases before the guard, or after it. */
export const fastApiHabits: readonly Habit[] = [
  {
    why: "h11 accepts control bytes in values, folded fields, and a space before the first name",
    answers: {
      "a control byte in the token": malformed,
      "DEL in the token": malformed,
      "a folded field": own,
      "a space before the name": missing,
    },
  },
  {
    why: "h11 limits the size of all headers together, to 64 KB",
    answers: {
      "a header of 20 KB": { status: 401, code: "token_too_large" },
      "2500 headers": missing,
      "a token behind 2000 headers": own,
    },
  },
  {
    why: "h11 accepts every method and target, and passes them on",
    answers: {
      CONNECT: missing,
      "a target without a slash": missing,
      "a target that is an authority": missing,
      "lines that end with LF only": missing,
      "an absolute target on another user's path": none,
      ...all(["a method in lower case", "an invalid method", "TRACE echoes nothing"], noMethod),
    },
  },
  {
    why: "h11 rejects a second host, and a request without a version",
    answers: all(["two hosts", "HTTP/0.9"], badHere),
  },
  {
    why: "h11 reads a chunked body whatever its length says, and a list of equal lengths as one",
    answers: {
      ...all(["content-length and chunked", "chunked and content-length"], invalid),
      "a length that is a list": { status: 201, code: null },
    },
  },
  {
    why: "uvicorn ignores other expectations (RFC 9110 section 10.1.1 permits that)",
    answers: { "Expect of something else": own },
  },
  {
    why: "uvicorn decodes the path before it is routed: an escaped slash is a slash",
    answers: all(
      ["/api/alice%2f/tasks", "/api/alice%2Fbob/tasks", "/api/bob%2f..%2falice/tasks"].map(pathName),
      none,
    ),
  },
  {
    why: "uvicorn ends no path at a #",
    answers: { [pathName("/api/bob/tasks#/api/alice/tasks")]: none },
  },
  {
    why: "uvicorn replaces escapes that are not UTF-8, and leaves those that are no escapes",
    answers: { ...all(badEscapes.map(pathName), mismatch), [pathName("/api/alice/tasks/%zz")]: none },
  },
  {
    why: "Python's JSON parser rejects a text that is nested this deep",
    answers: { "token with a claim nested 2000 deep": { status: 401, code: "claims_invalid" } },
  },
  {
    why: "FastAPI answers 422 to a body that does not fit, whatever its type",
    answers: all(
      [
        "body that is not JSON",
        "body empty",
        "body a number",
        "body null",
        "body a list",
        "body with __proto__",
        "body with constructor.prototype",
        "body of another owner",
        "body with a lone surrogate",
        "body of 70 KB",
        "body as XML",
        "body as a form",
        "body of an invalid type",
        "body compressed",
      ],
      invalid,
    ),
  },
  { why: "SQLite stores U+0000", answers: { "body with NUL in a text": { status: 201, code: null } } },
  {
    why: "Starlette rejects a preflight of another origin",
    answers: { "a preflight of an unknown origin reaches no handler": badHere },
  },
];
