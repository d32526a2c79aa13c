import {
  bad,
  bearer,
  type Expected,
  get,
  type HostileCase,
  type Ingredients,
  latin1,
  mismatch,
  missing,
  own,
} from "./case.ts";

type PathCase = readonly (readonly [path: string, expected: Expected])[];

const none = { status: 404, code: "not_found" } as const;

/**
 * Alice's valid token on paths that are not hers, or almost hers; no token on paths that look almost public.
 */
export function pathCases({ token, publicPath }: Ingredients): HostileCase[] {
  const withToken = [...ids, ...shapes].map(([path, expected]) => ({
    name: pathName(path),
    request: latin1(get(path, bearer(token))),
    ...expected,
  }));
  const without = nearlyPublic(publicPath).map(([path, expected]) => ({
    name: anonymousPathName(path),
    request: latin1(get(path)),
    ...expected,
  }));
  return [...withToken, ...without];
}

export function pathName(path: string): string {
  return `path ${JSON.stringify(path).slice(1, -1).slice(0, 60)}`;
}

export function anonymousPathName(path: string): string {
  return `${pathName(path)} without a token`;
}

/** Longer than the limit of some routers for a parameter. */
export const longId = `/api/${"a".repeat(257)}/tasks`;

/** Invalid escapes, and escapes of invalid UTF-8: truncated, overlong, a lone surrogate. */
export const badEscapes: readonly string[] = [
  "/api/%zz/tasks",
  "/api/%/tasks",
  "/api/alice%/tasks",
  "/api/%e0%a4/tasks",
  "/api/%c0%ae/tasks",
  "/api/%c1%a1lice/tasks",
  "/api/alice%ff/tasks",
  "/api/%ed%a0%80/tasks",
];

/** Values instead of the owner's id. */
const ids: PathCase = [
  ["/api/alice/tasks", own],
  ["/api/%61lice/tasks", own],
  ["/api/%61%6c%69%63%65/tasks", own],
  ["/api/alice/tasks?userId=bob", own],
  ["/api/bob/tasks", mismatch],
  ["/api/%62ob/tasks", mismatch],
  ["/api/Alice/tasks", mismatch],
  ["/api/ALICE/tasks", mismatch],
  ["/api/alice%20/tasks", mismatch],
  ["/api/%20alice/tasks", mismatch],
  ["/api/alice+/tasks", mismatch],
  ["/api/alice%00/tasks", mismatch],
  ["/api/%00/tasks", mismatch],
  ["/api/alice%0a/tasks", mismatch],
  ["/api/alice%0d%0aX-Injected:%201/tasks", mismatch],
  ["/api/alice%2f/tasks", mismatch],
  ["/api/alice%2Fbob/tasks", mismatch],
  ["/api/bob%2f..%2falice/tasks", mismatch],
  ["/api/alice%5c/tasks", mismatch],
  ["/api/alice%252f/tasks", mismatch],
  ["/api/%2561lice/tasks", mismatch],
  ["/api/alice;x=1/tasks", mismatch],
  ["/api/alice,bob/tasks", mismatch],
  ["/api/alice*/tasks", mismatch],
  ["/api/-/tasks", mismatch],
  ["/api/me/tasks", mismatch],
  ["/api/undefined/tasks", mismatch],
  ["/api/null/tasks", mismatch],
  ["/api/__proto__/tasks", mismatch],
  ["/api/constructor/tasks", mismatch],
  ["/api/toString/tasks", mismatch],
  ["/api/:userId/tasks", mismatch],
  ["/api/%EF%BD%81lice/tasks", mismatch],
  ["/api/alice%CC%81/tasks", mismatch],
  ["/api/al%C4%B1ce/tasks", mismatch],
  ["/api/%D0%B0lice/tasks", mismatch],
  ["/api/alice%E2%80%8B/tasks", mismatch],
  ["/api/alice%E2%80%AE/tasks", mismatch],
  ["/api/alice%C2%AD/tasks", mismatch],
  [longId, mismatch],
  ["/api/bob/tasks?userId=alice", mismatch],
  ["/api/bob/tasks?userId[]=alice", mismatch],
  ["/api/bob/tasks#/api/alice/tasks", mismatch],
  ["/api//tasks", none],
  ["/api/alice\xc3\xa9/tasks", bad],
  ...badEscapes.map((path) => [path, bad] as const),
];

/** Other spellings of a route, and ways around it. */
const shapes: PathCase = [
  ["/api/alice//tasks", none],
  ["//api/alice/tasks", none],
  ["/api/alice/tasks/", none],
  ["/API/alice/tasks", none],
  ["/API/bob/tasks", none],
  ["/api/alice/TASKS", none],
  ["/api/alice\\tasks", none],
  ["/api/alice/tasks%2f", none],
  ["/api/alice/tasks;x", none],
  ["/api/../api/alice/tasks", none],
  ["/api/alice/../bob/tasks", none],
  ["/api/bob/../alice/tasks", none],
  ["/api/./alice/tasks", none],
  ["/api/%2e/alice/tasks", none],
  ["/api/%2e%2e/bob/tasks", none],
  ["/api/alice/%2e%2e/bob/tasks", none],
  ["/api/alice/tasks/%zz", bad],
];

/** Prefixes and look-alikes of the public route, and paths that lead from it to another route. */
function nearlyPublic(publicPath: string): PathCase {
  return [
    ["/", missing],
    ["/api", missing],
    ["/api/", missing],
    ["/no/such/path", missing],
    ["/.env", missing],
    [publicPath.slice(0, -1), missing],
    [`${publicPath}/`, missing],
    [`${publicPath}x`, missing],
    [`${publicPath}/x`, missing],
    [`${publicPath}%2f`, missing],
    [`${publicPath}%00`, missing],
    [`${publicPath}.json`, missing],
    [`${publicPath}%2f..%2f..%2fapi%2falice%2ftasks`, missing],
    [`${publicPath}/../../api/alice/tasks`, missing],
    [`${publicPath}/..;/api/alice/tasks`, missing],
    [`${publicPath};/api/alice/tasks`, missing],
    [publicPath.toUpperCase(), missing],
    [`/${publicPath}`, missing],
    ["/api/alice/tasks?public=true", missing],
    [`/api/alice/tasks?${publicPath}`, missing],
    [`/api/alice/tasks#${publicPath}`, missing],
    [publicPath, own],
    [`${publicPath}?x=/api/alice/tasks`, own],
  ];
}
