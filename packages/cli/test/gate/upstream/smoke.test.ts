import { expect, test } from "vitest";
import { startBackend } from "./support/backend.ts";
import { startGate } from "./support/gate.ts";

test("a body goes up and a response comes down", async () => {
  const backend = await startBackend((request, response) => {
    response.setHeader("x-method", String(request.method));
    request.pipe(response);
  });
  const gate = await startGate(backend);
  const response = await fetch(`${gate.url}/echo?x=1`, { method: "POST", body: "hello" });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-method")).toBe("POST");
  expect(await response.text()).toBe("hello");
  expect(await gate.outcome()).toEqual({ status: 200, end: "complete", wasRetried: false });
  expect((await fetch(gate.url)).status).toBe(200);
});
