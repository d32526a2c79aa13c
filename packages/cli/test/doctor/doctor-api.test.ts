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

// Everything that needs the real API is in this file, because opening its database takes seconds.

describe("the doctor on the API", () => {
  test.each(apiRows)("$when: $first", tryRow);
});

describe("the doctor on working settings", () => {
  test.each([
    ["a secret", "HS256", settingsFor],
    ["a key pair", "EdDSA", keyPairSettingsFor],
  ] as const)("finds nothing with %s, and says that everything works", async (_mode, algorithm, settings) => {
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
    expect(text.output).toContain(
      "✓ Everything works: the issuer signs valid tokens, and the API accepts them.",
    );
    expect(text.exitCode).toBe(0);
    for (const { output } of [json, text]) expectHidden(output, [input, person.secret, person.sessionToken]);
  });

  test("a 404 on the user's own path is not a finding", async () => {
    const person = await signIn();
    const environment = settingsFor(person);
    const api = `${await startApi(environment)}/api/${person.userId}/tasks/none`;
    const situation = { input: await person.token(), environment, api, hidden: [] };
    const { findings, confirmed } = JSON.parse((await runDoctor(situation, "--json")).output);
    expect(findings).toEqual([]);
    expect(confirmed).toContainEqual(expect.stringContaining("accepts the token (404)"));
  });
});

// To update the outputs: npx vitest run packages/cli/test/doctor/doctor-api.test.ts -u
test("docs/guide/doctor.md shows the current output of the commands", async () => {
  const { file, text } = await makeDoctorGuide();
  await expect(text).toMatchFileSnapshot(file);
});
