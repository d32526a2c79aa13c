import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import type { RawResponse } from "./raw-request.ts";

/**
 * Request targets that a router and a hand-written check could read differently. `root` is `/api` or `/echo`.
 */
const hostile: Record<string, (root: string) => string> = {
  "an escaped letter": (root) => `${root}/%61lice/tasks`,
  "a letter escaped twice": (root) => `${root}/%2561lice/tasks`,
  "another case": (root) => `${root}/Alice/tasks`,
  "another case of the route": (root) => `${root.toUpperCase()}/alice/tasks`,
  "another case of the route, another user's path": (root) => `${root.toUpperCase()}/bob/tasks`,
  "a trailing slash": (root) => `${root}/alice/tasks/`,
  "a trailing slash, another user's path": (root) => `${root}/bob/tasks/`,
  "an empty segment": (root) => `${root}//tasks`,
  "a double slash": (root) => `${root}//alice/tasks`,
  "a double slash in front": (root) => `/${root}/alice/tasks`,
  "a double slash later": (root) => `${root}/alice//tasks`,
  "an escaped slash": (root) => `${root}/a%2Fb/tasks`,
  "an escaped slash behind the id": (root) => `${root}/alice%2F/tasks`,
  "an escaped slash and dots": (root) => `${root}/alice%2F..%2Fbob/tasks`,
  "an escaped backslash": (root) => `${root}/alice%5Cbob/tasks`,
  "a backslash": (root) => `${root}/alice\\..\\bob/tasks`,
  "a semicolon": (root) => `${root}/alice;x/tasks`,
  "a matrix parameter": (root) => `${root}/alice;userId=bob/tasks`,
  "a comma": (root) => `${root}/alice,bob/tasks`,
  "an invalid escape": (root) => `${root}/%zz/tasks`,
  "an incomplete escape": (root) => `${root}/alice%/tasks`,
  "an escape that is not UTF-8": (root) => `${root}/%ff/tasks`,
  "an escape of half a character": (root) => `${root}/%E0%A4/tasks`,
  "an overlong escape": (root) => `${root}/%C1%A1lice/tasks`,
  "a NUL": (root) => `${root}/alice%00/tasks`,
  "a NUL and another's id": (root) => `${root}/alice%00bob/tasks`,
  "a line break": (root) => `${root}/alice%0d%0aX:%20y/tasks`,
  "a space at the end": (root) => `${root}/alice%20/tasks`,
  "a plus": (root) => `${root}/alice+bob/tasks`,
  "a dot segment": (root) => `${root}/./alice/tasks`,
  "dots through another user's path": (root) => `${root}/bob/../alice/tasks`,
  "dots to another user's path": (root) => `${root}/alice/../bob/tasks`,
  "escaped dots to another user's path": (root) => `${root}/alice/%2e%2e/bob/tasks`,
  "dots as the id": (root) => `${root}/../tasks`,
  "escaped dots as the id": (root) => `${root}/%2e%2e/tasks`,
  "a full-width letter": (root) => `${root}/%EF%BD%81lice/tasks`,
  "a composed accent": (root) => `${root}/jos%C3%A9/tasks`,
  "a decomposed accent": (root) => `${root}/jose%CC%81/tasks`,
  "an unescaped accent": (root) => `${root}/jos\u00c3\u00a9/tasks`,
  "an escaped question mark": (root) => `${root}/alice%3Fx/tasks`,
  "an escaped hash": (root) => `${root}/alice%23x/tasks`,
  "a fragment": (root) => `${root}/bob/tasks#/alice/tasks`,
  "another id in the query": (root) => `${root}/alice/tasks?userId=bob`,
  "the user's own id in the query": (root) => `${root}/bob/tasks?userId=alice`,
  "a path in the query": (root) => `${root}/bob/tasks?/api/alice/tasks`,
  "absolute-form": (root) => `http://localhost${root}/alice/tasks`,
  "absolute-form, another user's path": (root) => `http://localhost${root}/bob/tasks`,
  "absolute-form of another host": (root) => `http://alice.example${root}/bob/tasks`,
  "absolute-form that hides a path in the user": (root) => `http://api:alice@localhost${root}/bob/tasks`,
  "a property of every object": (root) => `${root}/__proto__/tasks`,
  "a colon": (root) => `${root}/:userId/tasks`,
  "a star": (root) => `${root}/*/tasks`,
};

/**
 * `/echo`, which has no owner check, shows how the framework's router decodes a path. Below `/api`, the guard
 * must check that same value: reject it if it is not the principal's id, and accept the user whose id it is.
 */
export function pathsContract({ behaviour, send, bearer, seen }: ContractBench): void {
  for (const [name, targetBelow] of Object.entries(hostile)) {
    behaviour(`${name}, as the router decodes it: ${targetBelow("/api")}`, async () => {
      const target = targetBelow("/api");
      const echo = await send({ target: targetBelow("/echo"), headers: [bearer("alice")] });
      expect(echo.status, "a hostile path causes no server error").toBeLessThan(500);
      const value = echo.status === 200 ? readUserId(echo) : undefined;

      const before = seen.length;
      const anonymous = await send({ target });
      expect([400, 401, 404, 405]).toContain(anonymous.status);
      expect(seen).toHaveLength(before);

      const own = await send({ target, headers: [bearer("alice")] });
      if (value === "alice") expect([own.status, readUserId(own)]).toEqual([200, "alice"]);
      else if (value !== undefined) expectRefusal(own, "owner_mismatch");
      else expect(own.status, "as the router answers").toBe(echo.status);
      if (value !== "alice") expect(seen, "no handler ran").toHaveLength(before);
      // A router may return null if it cannot decode the value. Like the empty string, that is no user's id.
      if (typeof value !== "string" || value === "") return;

      const theirs = await send({ target, headers: [bearer(value)] });
      expect([theirs.status, readUserId(theirs)]).toEqual([200, value]);
    });
  }
}

function readUserId({ body }: RawResponse): string {
  return JSON.parse(body).params.userId;
}
