import { expect, it } from "vitest";
import { soak } from "./soak.ts";

it("loses no write and mixes up no two people, killed in between under valid and hostile load", async () => {
  const result = await soak(6, 1);
  console.log(
    `soak: ${result.requests} answers, ${result.hostile} to hostile requests; ${result.written} writes; 1 kill -9`,
  );
  expect(result.findings).toEqual([]);
  expect(result).toMatchObject({ wrong: 0, lost: 0, crashed: false, errorsLogged: 0, secretsLogged: 0 });
  // Otherwise it has proved nothing.
  expect(result.written).toBeGreaterThan(10);
  expect(result.hostile).toBeGreaterThan(20);
});
