import { expect, test } from "vitest";
import { usher } from "../support/command.ts";
import { expectHidden } from "../support/hidden.ts";
import { closedUrl } from "../support/server.ts";
import { inProduction, productionRows } from "./causes/production.ts";
import { runDoctor } from "./support/run-doctor.ts";

interface Found {
  readonly id: string;
  readonly title: string;
  readonly evidence: readonly string[];
  readonly fix: readonly string[];
}

async function idsOf(situation: Awaited<ReturnType<typeof inProduction>>): Promise<string[]> {
  return JSON.parse((await runDoctor(situation, "--json")).output).findings.map(({ id }: Found) => id);
}

test.each(productionRows)("--production: $when: $first", async ({ first, says, fix, arrange }) => {
  const situation = await arrange();
  const json = await runDoctor(situation, "--json");
  expect(json).toMatchObject({ exitCode: 1, errors: "" });
  const found = (JSON.parse(json.output).findings as Found[]).filter(({ id }) => id === first);
  expect(found, json.output).toHaveLength(1);
  expect([found[0]?.title, ...(found[0]?.evidence ?? [])].join("\n")).toMatch(says);
  expect(found[0]?.fix).toContainEqual(expect.stringMatching(fix));
  const text = await runDoctor(situation);
  expect(text).toMatchObject({ exitCode: 1, output: expect.stringContaining(`[${first}]`) });
  for (const { output } of [json, text]) expectHidden(output, [...situation.hidden, "a-hidden-password"]);
});

test("--production finds nothing but the missing TLS and database where all else is right", async () => {
  const situation = await inProduction();
  expect(await idsOf(situation)).toEqual(["issuer_plain_http", "api_plain_http", "revocations_missing"]);
  const { output } = await runDoctor(situation);
  expect(output).toContain("refuses an invalid logout token (400)");
  expect(output).toContain("/metrics is not public");
  expect(output).toMatch(/http:\/\/localhost:\d+ answers, and its clock is correct/);
});

test("without --production none of it is looked at", async () => {
  const { flags: _, ...situation } = await inProduction({ settings: { USHER_WHEN_STALE: "accept" } });
  const { output, exitCode } = await runDoctor(situation, "--json");
  expect({ exitCode, findings: JSON.parse(output).findings }).toEqual({ exitCode: 0, findings: [] });
});

test("an issuer and an API that are down are findings, and the rest is still checked", async () => {
  const url = await closedUrl();
  const settings = { BETTER_AUTH_URL: url, API_URL: url, USHER_WHEN_STALE: "accept" };
  const situation = await inProduction({ settings, health: "/none?key=a-hidden-key" });
  const ids = await idsOf(situation);
  expect(ids).toContain("issuer_unreachable");
  expect(ids).toContain("stale_revocations_accepted");
  const { output } = await runDoctor(situation);
  expect(output).not.toContain("/metrics is not public");
  expectHidden(output, ["a-hidden-key"]);
});

test("several databases that cannot be used are one finding, which names each", async () => {
  const { port } = new URL(await closedUrl());
  const settings = {
    DATABASE_URL: "postgres://user:a-hidden-password%zz@127.0.0.1:1/db",
    REVOCATIONS_DATABASE_URL: `postgres://user:a-hidden-password@127.0.0.1:${port}/db`,
  };
  const { output } = await runDoctor(await inProduction({ settings }), "--json");
  const found = (JSON.parse(output).findings as Found[]).filter(({ id }) => id === "database_unusable");
  expect(found.map(({ evidence }) => evidence.map((text) => text.split(" cannot", 1)[0]))).toEqual([
    ["The database at REVOCATIONS_DATABASE_URL", "DATABASE_URL"],
  ]);
  expectHidden(output, ["a-hidden-password"]);
});

test("--health and --logout need --production", async () => {
  const { exitCode, errors } = await usher(["doctor", "--logout", "http://localhost:1/x"]);
  expect(exitCode).toBe(2);
  expect(errors).toContain("--logout needs --production");
});
