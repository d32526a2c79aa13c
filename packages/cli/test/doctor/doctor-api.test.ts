import { usherJwt } from "@usher-auth/issuer";
import { describe, expect, test } from "vitest";
import { startApi } from "../support/api.ts";
import { audience, signIn } from "../support/better-auth.ts";
import { expectHidden } from "../support/hidden.ts";
import { apiRows } from "./causes/api.ts";
import { keyPairSettingsFor, settingsFor } from "./causes/row.ts";
import { makeDoctorGuide } from "./guide/doctor-guide.ts";
import { runDoctor } from "./support/run-doctor.ts";
import { tryRow } from "./support/try-row.ts";

// What needs the real API, in one file: to open its database takes seconds.

describe("the doctor on the API", () => {
  test.each(apiRows)("$when: $first", tryRow);
});

describe("the doctor on a healthy chain", () => {
  test.each([
    ["by the secret", "HS256", settingsFor],
    ["by key pair", "EdDSA", keyPairSettingsFor],
  ] as const)("%s: no finding, and says so", async (_mode, algorithm, settings) => {
    const person = await signIn({ options: () => ({ plugins: [usherJwt({ audience, algorithm })] }) });
    const environment = settings(person);
    const api = await startApi(environment);
    const input = await person.token();
    const { issuer, cookies: cookie } = person;
    const situation = {
      input,
      environment,
      issuer,
      cookie,
      api: `${api}/api/${person.userId}/tasks`,
      hidden: [],
    };

    const json = await runDoctor(situation, "--json");
    expect(JSON.parse(json.output)).toMatchObject({ findings: [], chainWorks: true, notLookedAt: [] });
    expect(json.exitCode).toBe(0);
    const text = await runDoctor(situation);
    expect(text.output).toContain("✓ The chain works: the issuer's token is good, and the API lets it in.");
    expect(text.exitCode).toBe(0);
    for (const { output } of [json, text]) expectHidden(output, [input, person.secret, person.sessionToken]);
  });

  test("a task that does not exist, on the user's own path, is no fault of the token", async () => {
    const person = await signIn();
    const environment = settingsFor(person);
    const api = `${await startApi(environment)}/api/${person.userId}/tasks/none`;
    const situation = { input: await person.token(), environment, api, hidden: [] };
    const { findings, confirmed } = JSON.parse((await runDoctor(situation, "--json")).output);
    expect(findings).toEqual([]);
    expect(confirmed).toContainEqual(expect.stringContaining("lets the token in (404)"));
  });
});

// To renew the outputs: npx vitest run packages/cli/test/doctor/doctor-api.test.ts -u
test("the outputs in docs/guide/doctor.md are what the commands print now", async () => {
  const { file, text } = await makeDoctorGuide();
  await expect(text).toMatchFileSnapshot(file);
});
