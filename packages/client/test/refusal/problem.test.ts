import { expect, expectTypeOf, test } from "vitest";
import { type ApiProblem, type AuthErrorCode, readProblem } from "../../src/index.ts";

const respond = (body: string, type = "application/problem+json; charset=utf-8") =>
  new Response(body, { status: 403, headers: { "content-type": type } });

test("reads the code and what would be accepted, and leaves the body unread", async () => {
  const body = '{"code":"scope_insufficient","title":"Scope insufficient","detail":"No.","scope":"a:read b"}';
  const response = respond(body);

  expect(await readProblem(response)).toEqual({
    status: 403,
    code: "scope_insufficient",
    title: "Scope insufficient",
    detail: "No.",
    scopes: ["a:read", "b"],
    maxAge: undefined,
  });
  expect(await response.text()).toBe(body);
});

test("reads the age of a sign-in", async () => {
  const problem = await readProblem(respond('{"code":"reauthentication_required","max_age":300}'));
  expect(problem).toMatchObject({ code: "reauthentication_required", maxAge: 300, scopes: undefined });
});

test.each([
  ["members of another type", '{"code":"x","title":1,"detail":{},"scope":["a"],"max_age":"300"}'],
  ["negative and fractional seconds", '{"code":"x","max_age":-1}'],
  ["fractional seconds", '{"code":"x","max_age":0.5}'],
])("ignores %s", async (_name, body) => {
  expect(await readProblem(respond(body))).toEqual({ status: 403, code: "x" });
});

test.each([
  ["another media type", '{"code":"x"}', "application/json"],
  ["no JSON", "code", undefined],
  ["no object", "null", undefined],
  ["no code", '{"title":"x"}', undefined],
  ["a code that is not a string", '{"code":1}', undefined],
])("returns undefined for %s", async (_name, body, type) => {
  expect(await readProblem(respond(body, type))).toBeUndefined();
});

test("a body that was read is a TypeError", async () => {
  const response = respond('{"code":"x"}');
  await response.text();
  await expect(readProblem(response)).rejects.toBeInstanceOf(TypeError);
});

test("an editor completes the guard's codes, and an API may have its own", () => {
  expectTypeOf<AuthErrorCode>()
    .extract<"scope_insufficient" | "impersonation_forbidden">()
    .toEqualTypeOf<"scope_insufficient" | "impersonation_forbidden">();
  expectTypeOf<"out_of_stock">().toExtend<ApiProblem["code"]>();
});
