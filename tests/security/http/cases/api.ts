import type { Habit } from "../differences.ts";
import { bodyCases } from "./bodies.ts";
import {
  bad,
  get,
  type HostileCase,
  type Ingredients,
  mismatch,
  missing,
  requestLine,
  requestText,
} from "./case.ts";
import { anonymousPathName, longId, pathName } from "./paths.ts";

/** Cases for the real API only: its bodies, its other public routes, its CORS. */
export function apiCases(ingredients: Ingredients): HostileCase[] {
  const nearlyPublic = [
    "/health",
    "/health/",
    "/docs/../api/alice/tasks",
    "/docsx",
    "/docs/%2e%2e/api/alice/tasks",
  ];
  return [
    ...bodyCases(ingredients),
    ...[...nearlyPublic, "/openapi.jsonx", "/openapi.json/"].map((path) => ({
      name: anonymousPathName(path),
      request: get(path),
      ...missing,
    })),
    {
      name: "a preflight of an unknown origin reaches no handler",
      request: requestText(requestLine("OPTIONS"), [
        "origin: https://evil.example",
        "access-control-request-method: GET",
      ]),
      status: 204,
      code: null,
    },
  ];
}

const tooLong = { status: 414, code: "uri_too_long" } as const;
const none = { status: 404, code: "not_found" } as const;

/** Cases where the API is stricter, or does not have the route. */
export const apiHabits: readonly Habit[] = [
  {
    why: "its router rejects a parameter of more than 256 characters before any hook",
    answers: { "in the path": tooLong, [pathName(longId)]: tooLong },
  },
  {
    why: "its router treats an empty segment as an empty parameter",
    answers: { [pathName("/api//tasks")]: mismatch },
  },
  {
    why: "its query accepts only known parameters",
    answers: { [pathName("/api/alice/tasks?userId=bob")]: bad },
  },
  {
    why: "it has no route for these methods",
    answers: { "OPTIONS of another's path": none, "TRACE echoes nothing": none },
  },
  {
    why: "it requires a host before anything else (RFC 9112 section 3.2)",
    answers: { "an invalid host": bad, "a host with a path": bad, "HTTP/0.9": bad },
  },
];
