import { expect, it } from "vitest";
import { createCallHost } from "../../../src/adapters/trpc/host.ts";

it("a step that throws does not keep its procedure", () => {
  const host = createCallHost();
  const fail = () => {
    throw new Error("the step's");
  };
  expect(() => host.during("tasks.list", fail)).toThrow("the step's");
  expect(host.describe?.({ method: "GET", url: "/trpc/a,b" } as never)?.route).toBeUndefined();
});
