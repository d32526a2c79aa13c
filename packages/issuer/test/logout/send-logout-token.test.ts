import { expect, test, vi } from "vitest";
import { sendLogoutToken } from "../../src/logout/send-logout-token.ts";
import { openBackend } from "./backend.ts";

const token = "eyJhbGciOiJub25lIn0.e30.c2ln";

test("returns a reason when the answer does not come in time", async () => {
  const backend = await openBackend();
  backend.silent = true;
  expect(await sendLogoutToken(backend.endpoint, token, 50)).toBe("no answer in time");
});

test("the reason has no part of the token", async () => {
  const backend = await openBackend();
  backend.status = 503;
  expect(await sendLogoutToken(backend.endpoint, token)).toBe("it answered 503");
  await backend.close();
  expect(await sendLogoutToken(backend.endpoint, token)).toBe("ECONNREFUSED");
});

test("does not wait for a replaced fetch that ignores its signal", async () => {
  const fetching = vi.spyOn(globalThis, "fetch").mockReturnValue(new Promise(() => {}));
  expect(await sendLogoutToken("https://api.example.com/", token, 50)).toBe("no answer in time");
  fetching.mockImplementation(() => {
    throw undefined;
  });
  expect(await sendLogoutToken("https://api.example.com/", token, 50)).toBe("no connection");
  fetching.mockRestore();
});
