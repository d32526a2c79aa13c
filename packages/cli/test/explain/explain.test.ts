import { authErrorCodes } from "@usher-auth/verify";
import { expect, test } from "vitest";
import { causesOf } from "../../src/explain/causes.ts";
import { errors, examples } from "../../src/explain/errors.ts";
import { usher } from "../support/command.ts";
import { readErrors, readExamples } from "./support/read-documents.ts";

test("the text is that of the documentation", () => {
  // Run support/write-errors.ts to update it.
  expect(errors).toEqual(readErrors());
  expect(examples).toEqual(readExamples());
});

test("every code that the documentation shows as code can be explained", () => {
  const codes = errors.map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining([...authErrorCodes]));
  for (const code of ["signed_out", "origin_rejected", "try_again", "expectation_failed", "http_error"])
    expect(codes).toContain(code);
});

test("each code of the API has causes, or is known to have none, and each cause has an example", () => {
  expect(Object.keys(causesOf)).toEqual([...authErrorCodes]);
  for (const cause of Object.values(causesOf).flat()) expect(examples[cause], cause).toMatch(/\w/);
});

test("explains a code for the client and the operator, with what the doctor knows", async () => {
  const { exitCode, output, errors: said } = await usher(["explain", "signature_invalid"]);
  expect([exitCode, said]).toEqual([0, ""]);
  expect(output).toContain("signature_invalid: 401 from the API, challenge error invalid_token");
  expect(output).toMatch(/Client +get a new token, once\./);
  expect(output).toMatch(/Operator +compare usher-auth fingerprint on both sides\./);
  expect(output).toMatch(/secret_base64 +the issuer signs with the base64-decoded secret/);
});

test("explains the type of a problem body, and each sender of a code", async () => {
  const [byType, byCode] = [
    await usher(["explain", "urn:usher-auth:error:path_rejected"]),
    await usher(["explain", "path_rejected"]),
  ];
  expect(byType).toEqual(byCode);
  expect(byCode.output).toMatch(/400 from the proxy.*400 from the gate/s);
});

test("lists every code", async () => {
  const { exitCode, output } = await usher(["explain"]);
  expect(exitCode).toBe(0);
  for (const { code } of errors) expect(output).toContain(code);
});

test("prints JSON", async () => {
  const { output } = await usher(["explain", "token_expired", "--json"]);
  expect(JSON.parse(output)).toEqual([
    expect.objectContaining({
      code: "token_expired",
      status: 401,
      causes: expect.arrayContaining([{ id: "clock_skew", examples: expect.any(String) }]),
    }),
  ]);
  expect(JSON.parse((await usher(["explain", "--json"])).output)).toHaveLength(errors.length);
});

test.each([
  ["token_expird", /Did you mean token_expired\?/],
  [
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
    /^usher-auth: There is no such code. usher-auth explain lists them/,
  ],
])("does not know %s, and does not repeat it", async (code, message) => {
  const { exitCode, output, errors: said } = await usher(["explain", code]);
  expect([exitCode, output]).toEqual([2, ""]);
  expect(said).toMatch(message);
  expect(said).not.toContain(code);
});
