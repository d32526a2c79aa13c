import { expect } from "vitest";
import { expectHidden } from "../../support/hidden.ts";
import type { Row } from "../causes/row.ts";
import { runDoctor } from "./run-doctor.ts";

/**
 * Creates a cause, and expects the doctor's first finding to name it with evidence and a fix, without showing
 * tokens or secrets.
 */
export async function tryRow({ first, says, fix, arrange }: Row): Promise<void> {
  const situation = await arrange();
  const json = await runDoctor(situation, "--json");
  const text = await runDoctor(situation);

  expect(json.errors + text.errors).toBe("");
  const { findings, chainWorks } = JSON.parse(json.output);
  expect(findings[0], json.output).toMatchObject({ id: first });
  expect([findings[0].title, ...findings[0].evidence].join("\n")).toMatch(says);
  expect(findings[0].fix).toContainEqual(expect.stringMatching(fix));
  expect(chainWorks).toBe(false);
  expect(json.exitCode).toBe(1);
  expect(text).toMatchObject({ exitCode: 1, output: expect.stringContaining(`[${first}]`) });
  for (const { output } of [json, text]) expectHidden(output, situation.hidden);
}
