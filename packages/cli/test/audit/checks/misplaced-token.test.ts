import { expect, test } from "vitest";
import { userIn } from "../support/backend-token.ts";
import { labelsWith, reportOf, runAudit } from "../support/run-audit.ts";
import { startApi } from "../support/start-api.ts";
import { issuer, tokens } from "../support/test-users.ts";

function foundIn(run: Parameters<typeof reportOf>[0]): (string | null)[] {
  return reportOf(run).operations.flatMap(({ checks }) =>
    checks.filter(({ verdict }) => verdict === "failed").map(({ says }) => says),
  );
}

test.each(["access_token", "token", "jwt", "auth_token"])(
  "finds an API that takes the token from `?%s=`",
  async (name) => {
    const document = await startApi({ "/a": { get: {} } }, (request, user) => {
      const { searchParams } = new URL(request.url ?? "", "http://any");
      return (user ?? userIn(`Bearer ${searchParams.get(name)}`, issuer.secret)) ? [200, {}] : [401];
    });
    const run = await runAudit([document, "--json"], tokens);
    expect(labelsWith(run, "failed")).toEqual(["GET /a misplaced_token"]);
    expect(foundIn(run)).toEqual([`no Authorization header, A's token in the query parameter \`${name}\``]);
    expect(run.exitCode).toBe(1);
  },
);

test("tries the query parameter of a documented security scheme, in place of the documented value", async () => {
  const paths = {
    "/a": { get: { parameters: [{ name: "key", in: "query", required: true, example: "x" }] } },
  };
  const seen: string[][] = [];
  const components = { securitySchemes: { key: { type: "apiKey", in: "query", name: "key" } } };
  const document = await startApi(
    paths,
    (request) => {
      seen.push(new URL(request.url ?? "", "http://any").searchParams.getAll("key"));
      return seen.at(-1)?.[0] === tokens.USHER_TOKEN_A || request.headers.authorization ? [200, {}] : [401];
    },
    { components },
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toContain("GET /a misplaced_token");
  expect(seen.every((values) => values.length === 1)).toBe(true);
});

test("tries the field `access_token` of a form", async () => {
  const content = {
    "application/x-www-form-urlencoded": {
      schema: { type: "object", required: ["text"], properties: { text: { type: "string" } } },
    },
  };
  const document = await startApi(
    { "/a": { get: {} }, "/notes": { post: { requestBody: { content } } } },
    async (request, user) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const form = new URLSearchParams(text);
      if (request.method === "POST" && !form.has("text")) return [422];
      return (user ?? userIn(`Bearer ${form.get("access_token")}`, issuer.secret)) ? [200, {}] : [401];
    },
  );
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["POST /notes misplaced_token"]);
  expect(foundIn(run)).toEqual(["no Authorization header, A's token in the form field `access_token`"]);
});

test.each([
  ["finds", "application/json", ["GET /a no_token"]],
  ["ignores another page at", "text/html", []],
])("%s HEAD without a token", async (_what, type, expected) => {
  const document = await startApi({ "/a": { get: {} } }, (request, user) => {
    if (request.method === "HEAD") return [200, undefined, { "content-type": type }];
    return user === undefined ? [401] : [200, {}];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(expected);
});
