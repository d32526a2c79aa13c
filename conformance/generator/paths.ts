import { runPath, runPattern } from "../run/paths.ts";
import { complete, type VectorFile } from "./vector-file.ts";

const tasks = "/api/:userId/tasks";

/** A path below the pattern `/api/:userId/tasks`, the user's id, and the expected code. */
const owned: readonly (readonly [name: string, path: string, id: string, expect: string])[] = [
  ["the own path", "/api/alice/tasks", "alice", "accepted"],
  ["another user's path", "/api/bob/tasks", "alice", "owner_mismatch"],
  ["another user with the own path", "/api/alice/tasks", "bob", "owner_mismatch"],
  ["another case of the id", "/api/Alice/tasks", "alice", "owner_mismatch"],
  ["an id in another case than the path", "/api/alice/tasks", "ALICE", "owner_mismatch"],
  ["an escaped letter is decoded once", "/api/%61lice/tasks", "alice", "accepted"],
  ["a letter that is escaped twice", "/api/%2561lice/tasks", "alice", "owner_mismatch"],
  ["a letter that is escaped twice, and its user", "/api/%2561lice/tasks", "%61lice", "accepted"],
  ["an escape as an id", "/api/alice/tasks", "%61lice", "owner_mismatch"],
  ["an escaped slash", "/api/alice%2Fx/tasks", "alice", "owner_mismatch"],
  ["an escaped slash, and its user", "/api/a%2Fb/tasks", "a/b", "accepted"],
  ["an escaped slash in lower case, and its user", "/api/a%2fb/tasks", "a/b", "accepted"],
  ["an escaped slash and dots", "/api/alice%2F..%2Fbob/tasks", "bob", "owner_mismatch"],
  ["an escaped backslash", "/api/alice%5Cbob/tasks", "alice", "owner_mismatch"],
  ["an id with a space at the end", "/api/alice%20/tasks", "alice", "owner_mismatch"],
  ["an id with a space in front", "/api/%20alice/tasks", "alice", "owner_mismatch"],
  ["an id with a space, and its user", "/api/al%20ice/tasks", "al ice", "accepted"],
  ["a plus is no space", "/api/al+ice/tasks", "al ice", "owner_mismatch"],
  ["a plus, and its user", "/api/al+ice/tasks", "al+ice", "accepted"],
  ["a NUL at the end", "/api/alice%00/tasks", "alice", "owner_mismatch"],
  ["a NUL and another id", "/api/alice%00bob/tasks", "alice", "owner_mismatch"],
  ["a line break", "/api/alice%0D%0AX/tasks", "alice", "owner_mismatch"],
  ["a line feed at the end", "/api/alice%0A/tasks", "alice", "owner_mismatch"],
  ["a semicolon", "/api/alice;x/tasks", "alice", "owner_mismatch"],
  ["a matrix parameter", "/api/bob;userId=alice/tasks", "alice", "owner_mismatch"],
  ["a comma", "/api/alice,bob/tasks", "alice", "owner_mismatch"],
  ["an escaped question mark", "/api/alice%3Fx/tasks", "alice", "owner_mismatch"],
  ["an escaped hash", "/api/alice%23x/tasks", "alice", "owner_mismatch"],
  ["an escaped dot segment as an id", "/api/%2E%2E/tasks", "alice", "owner_mismatch"],
  ["an escaped dot segment, and its user", "/api/%2E%2E/tasks", "..", "accepted"],
  ["a full-width letter", "/api/%EF%BD%81lice/tasks", "alice", "owner_mismatch"],
  ["a dotless i", "/api/al%C4%B1ce/tasks", "alice", "owner_mismatch"],
  ["an accent, composed on both sides", "/api/jos%C3%A9/tasks", "jos\u00e9", "accepted"],
  ["an accent, decomposed on both sides", "/api/jose%CC%81/tasks", "jose\u0301", "accepted"],
  ["an accent, decomposed in the path", "/api/jose%CC%81/tasks", "jos\u00e9", "owner_mismatch"],
  ["an accent, decomposed in the id", "/api/jos%C3%A9/tasks", "jose\u0301", "owner_mismatch"],
  ["a sharp s and its upper case", "/api/STRASSE/tasks", "stra\u00dfe", "owner_mismatch"],
  ["a character outside the basic plane", "/api/%F0%9F%98%80/tasks", "\u{1f600}", "accepted"],
  ["a prefix of the id", "/api/alic/tasks", "alice", "owner_mismatch"],
  ["a longer id", "/api/alicee/tasks", "alice", "owner_mismatch"],
  ["a number with zeros in front", "/api/007/tasks", "7", "owner_mismatch"],
  ["a number, and its user", "/api/007/tasks", "007", "accepted"],
  ["a number in scientific notation", "/api/1e3/tasks", "1000", "owner_mismatch"],
  ["the name of the parameter", "/api/:userId/tasks", "alice", "owner_mismatch"],
  ["a star", "/api/*/tasks", "alice", "owner_mismatch"],
  ["the word me", "/api/me/tasks", "alice", "owner_mismatch"],
  ["__proto__", "/api/__proto__/tasks", "alice", "owner_mismatch"],
  ["__proto__, and its user", "/api/__proto__/tasks", "__proto__", "accepted"],
  ["the own id in the query", "/api/bob/tasks?userId=alice", "alice", "owner_mismatch"],
  ["another id in the query", "/api/alice/tasks?userId=bob", "alice", "accepted"],
  ["absolute form", "http://localhost/api/alice/tasks", "alice", "accepted"],
  ["absolute form, another user's path", "http://alice@localhost/api/bob/tasks", "alice", "owner_mismatch"],
  ["an empty segment", "/api//tasks", "alice", "not_found"],
  ["a double slash", "//api/alice/tasks", "alice", "not_found"],
  ["a slash at the end", "/api/alice/tasks/", "alice", "not_found"],
  ["another case of the route", "/API/alice/tasks", "alice", "not_found"],
  ["an escaped letter of the route", "/%61pi/alice/tasks", "alice", "not_found"],
  ["dots through another path", "/api/bob/../alice/tasks", "alice", "not_found"],
  ["an escape that is not one", "/api/%zz/tasks", "alice", "not_found"],
  ["an escape that is cut short", "/api/alice%/tasks", "alice", "not_found"],
  ["an escape that is not UTF-8", "/api/%FF/tasks", "alice", "not_found"],
  ["an escape of half a character", "/api/%E0%A4/tasks", "alice", "not_found"],
  ["an overlong escape", "/api/%C1%A1lice/tasks", "alice", "not_found"],
  ["an escape of a surrogate", "/api/%ED%A0%80/tasks", "alice", "not_found"],
];

type OwnerParam = string | readonly string[] | null;
type Other = readonly [name: string, OwnerParam, pattern: string, path: string, id: string, expect: string];

/** Routes with other parameters. */
const others: readonly Other[] = [
  ["a route without the parameter", "userId", "/me", "/me", "alice", "accepted"],
  ["a route with another parameter", "userId", "/tasks/:taskId", "/tasks/bob", "alice", "accepted"],
  ["the owner beside another parameter", "userId", "/:userId/:taskId", "/alice/bob", "alice", "accepted"],
  ["another user beside the own id", "userId", "/:userId/:taskId", "/bob/alice", "alice", "owner_mismatch"],
  ["no owner parameter", null, tasks, "/api/bob/tasks", "alice", "accepted"],
  ["another owner parameter", "user_id", "/api/:user_id", "/api/bob", "alice", "owner_mismatch"],
  [
    "two owner parameters, both are the user's",
    ["userId", "owner"],
    "/:userId/:owner",
    "/alice/alice",
    "alice",
    "accepted",
  ],
  [
    "two owner parameters, and the second is not",
    ["userId", "owner"],
    "/:userId/:owner",
    "/alice/bob",
    "alice",
    "owner_mismatch",
  ],
  [
    "two owner parameters, and the first is not",
    ["userId", "owner"],
    "/:userId/:owner",
    "/bob/alice",
    "alice",
    "owner_mismatch",
  ],
  [
    "two owner parameters, and the route has the second",
    ["userId", "owner"],
    "/:owner",
    "/bob",
    "alice",
    "owner_mismatch",
  ],
  ["a rest behind the owner", "userId", "/files/:userId/*", "/files/alice/a/b", "alice", "accepted"],
  [
    "a rest behind another owner",
    "userId",
    "/files/:userId/*",
    "/files/bob/../alice",
    "alice",
    "owner_mismatch",
  ],
];

/** Patterns, and whether an application with them starts. */
const patterns: readonly (readonly [name: string, OwnerParam, pattern: string, startsUp: boolean])[] = [
  ["the owner parameter", "userId", "/api/:userId", true],
  ["another parameter", "userId", "/api/:taskId", true],
  ["a parameter that contains the name", "userId", "/api/:otherUserId", true],
  ["an underscore in the name", "userId", "/api/:user_id", false],
  ["lower case", "userId", "/api/:userid", false],
  ["upper case", "userId", "/api/:USERID", false],
  ["a capital letter", "userId", "/api/:UserId", false],
  ["underscores at the ends", "userId", "/api/:_userId_", false],
  ["camel case where the setting has an underscore", "user_id", "/api/:userId", false],
  ["the exact name with an underscore", "user_id", "/api/:user_id", true],
  ["both spellings, and both are listed", ["userId", "user_id"], "/:userId/:user_id", true],
  ["a misspelling in the second place", "userId", "/:userId/:user_id", false],
  ["a misspelling, and no owner parameter", null, "/api/:user_id", true],
  ["the owner parameter twice", "userId", "/:userId/:userId", false],
];

export async function pathsFile(): Promise<VectorFile> {
  const concealed = { ownerParam: "userId", concealOwnerMismatch: true, pattern: tasks, id: "alice" };
  const cases = [
    ...owned.map(([name, path, id, expect]) => ({
      name,
      ownerParam: "userId",
      pattern: tasks,
      path,
      id,
      expect,
    })),
    ...others.map(([name, ownerParam, pattern, path, id, expect]) => ({
      name,
      ownerParam,
      pattern,
      path,
      id,
      expect,
    })),
    { name: "concealed: the own path", ...concealed, path: "/api/alice/tasks", expect: "accepted" },
    { name: "concealed: another user's path", ...concealed, path: "/api/bob/tasks", expect: "not_found" },
  ];
  const patternVectors = patterns.map(async ([name, ownerParam, pattern, expected]) => {
    const outcome = await runPattern({ name, ownerParam, pattern });
    if (outcome.startsUp !== expected) throw new Error(`"${name}": expected startsUp to be ${expected}`);
    return { name, ownerParam, pattern, ...outcome };
  });
  return {
    name: "paths",
    description: "A request with a valid token to a route with a pattern, and whether its handler runs.",
    content: { vectors: await complete(cases, runPath), patterns: await Promise.all(patternVectors) },
  };
}
