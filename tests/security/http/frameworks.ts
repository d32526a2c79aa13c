import type { ContractTarget } from "../../../packages/verify/test/contract/target.ts";
import { elysiaTarget } from "../../../packages/verify/test/contract/targets/elysia.ts";
import { express5Target } from "../../../packages/verify/test/contract/targets/express.ts";
import { fastifyTarget } from "../../../packages/verify/test/contract/targets/fastify.ts";
import { fetchPathsTarget } from "../../../packages/verify/test/contract/targets/fetch.ts";
import { h3Target } from "../../../packages/verify/test/contract/targets/h3.ts";
import { honoTarget } from "../../../packages/verify/test/contract/targets/hono.ts";
import { koaTarget } from "../../../packages/verify/test/contract/targets/koa.ts";
import {
  nestExpressTarget,
  nestFastifyTarget,
} from "../../../packages/verify/test/contract/targets/nestjs.ts";
import { nodeTarget } from "../../../packages/verify/test/contract/targets/node.ts";
import { ambiguous, type Expected, mismatch, missing, own } from "./cases/case.ts";
import { anonymousPathName, badEscapes, longId, pathName } from "./cases/paths.ts";
import type { Habit } from "./differences.ts";

const none = { status: 404, code: null } as const;
const badHere = { status: 400, code: null } as const;

/** The same answer for several cases. */
function all(names: readonly string[], answer: Expected): Record<string, Expected> {
  return Object.fromEntries(names.map((name) => [name, answer]));
}

const caseDoesNotCount: Habit = {
  why: "its router ignores the case of a route's constant parts, but not of the parameter",
  answers: {
    [pathName("/API/alice/tasks")]: own,
    [pathName("/API/bob/tasks")]: mismatch,
    [pathName("/api/alice/TASKS")]: own,
    [anonymousPathName("/PUBLIC")]: own,
  },
};

const slashAtTheEndDoesNotCount: Habit = {
  why: "its router ignores a trailing slash",
  answers: { [pathName("/api/alice/tasks/")]: own, [anonymousPathName("/public/")]: own },
};

const resolvesDots: Habit = {
  why: "it reads the target as a WHATWG URL, which has no dot segments: router and guard see the rest",
  answers: {
    ...all(
      [
        "/api/../api/alice/tasks",
        "/api/bob/../alice/tasks",
        "/api/./alice/tasks",
        "/api/%2e/alice/tasks",
      ].map(pathName),
      own,
    ),
    ...all(["/api/alice/../bob/tasks", "/api/alice/%2e%2e/bob/tasks"].map(pathName), mismatch),
  },
};

const takesBackslashForSlash: Habit = {
  why: "a backslash is a slash in a WHATWG URL",
  answers: { [pathName("/api/alice\\tasks")]: own },
};

const joinsFields: Habit = {
  why: "fetch Headers join fields of one name with commas, so a comma may separate two fields",
  answers: all(
    ["two schemes in one field", "two schemes in one field, Bearer first", "two tokens with a comma"],
    ambiguous,
  ),
};

const wantsAUrl: Habit = {
  why: "@hono/node-server builds a URL from host and target before any handler, and rejects an invalid one",
  answers: {
    ...all(["an invalid host", "a host with a path", "HTTP/0.9", "OPTIONS *"], badHere),
    [pathName("/api/alice\\tasks")]: badHere,
  },
};

const handsOutBadEscapes: Habit = {
  why: "its router returns undecodable values undecoded, which are no user's id",
  answers: { ...all(badEscapes.map(pathName), mismatch), [pathName("/api/alice/tasks/%zz")]: own },
};

const knowsNoBadEscapes: Habit = {
  why: "the guard's own patterns match no path with an invalid escape",
  answers: all([...badEscapes.map(pathName), pathName("/api/alice/tasks/%zz")], none),
};

const capsParameters: Habit = {
  why: "its router rejects a parameter of more than 100 characters before any hook, and repeats it",
  answers: all(["in the path", pathName(longId)], { status: 414, code: null, echoesTarget: true }),
};

const emptySegmentIsAParameter: Habit = {
  why: "its router treats an empty segment as an empty parameter",
  answers: { [pathName("/api//tasks")]: mismatch, [pathName("/api/alice/tasks/")]: own },
};

const readsBodiesFirst: Habit = {
  why: "Nest parses a request's body before it calls guards",
  answers: all(["a second request in a body"], badHere),
};

/**
 * A response that does not wait for the body may be sent before or after Node's parser finds the error in it.
 */
const answersBeforeTheBody: Habit = {
  why: "the handler answers without reading the body, which ends with an invalid chunk",
  answers: all(["an invalid chunk length"], { status: [200, 400] }),
};

/**
 * An adapter's app, and how its framework answers some cases before or without the guard.
 */
export interface Framework {
  readonly target: ContractTarget;
  readonly habits: readonly Habit[];
}

/** Every adapter, with Nest on both platforms. */
export const frameworks: readonly Framework[] = [
  { target: express5Target, habits: [caseDoesNotCount, slashAtTheEndDoesNotCount, answersBeforeTheBody] },
  {
    target: honoTarget,
    habits: [resolvesDots, joinsFields, wantsAUrl, handsOutBadEscapes, answersBeforeTheBody],
  },
  {
    target: koaTarget,
    habits: [caseDoesNotCount, slashAtTheEndDoesNotCount, handsOutBadEscapes, answersBeforeTheBody],
  },
  {
    target: h3Target,
    habits: [
      slashAtTheEndDoesNotCount,
      resolvesDots,
      takesBackslashForSlash,
      joinsFields,
      answersBeforeTheBody,
    ],
  },
  { target: nestExpressTarget, habits: [caseDoesNotCount, slashAtTheEndDoesNotCount, readsBodiesFirst] },
  {
    target: nestFastifyTarget,
    habits: [
      capsParameters,
      readsBodiesFirst,
      {
        why: "Fastify requires a type for the body of QUERY, and Nest reads the body first",
        answers: { "QUERY without a token": badHere },
      },
    ],
  },
  {
    target: nodeTarget,
    habits: [
      knowsNoBadEscapes,
      answersBeforeTheBody,
      {
        why: "the app compares whole targets with its public path; all others reach the guard",
        answers: { [anonymousPathName("/public?x=/api/alice/tasks")]: missing },
      },
    ],
  },
  {
    target: elysiaTarget,
    habits: [
      slashAtTheEndDoesNotCount,
      resolvesDots,
      takesBackslashForSlash,
      joinsFields,
      handsOutBadEscapes,
      answersBeforeTheBody,
      {
        why: "its router does not end a path at #",
        answers: { [pathName("/api/bob/tasks#/api/alice/tasks")]: none },
      },
    ],
  },
  { target: fastifyTarget, habits: [capsParameters, emptySegmentIsAParameter] },
  {
    target: fetchPathsTarget,
    habits: [resolvesDots, joinsFields, wantsAUrl, knowsNoBadEscapes, answersBeforeTheBody],
  },
];
