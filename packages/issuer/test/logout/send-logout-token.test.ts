import { expect, test, vi } from "vitest";
import { sendLogoutToken } from "../../src/logout/send-logout-token.ts";
import { openBackend } from "./backend.ts";

const token = "eyJhbGciOiJub25lIn0.e30.c2ln";

test("an answer that does not come in time is none", async () => {
  const backend = await openBackend();
  backend.silent = true;
  expect(await sendLogoutToken(backend.endpoint, token, 50)).toBe("no answer in time");
});

test("a reason is a few words, and nothing of the token", async () => {
  const backend = await openBackend();
  backend.status = 503;
  expect(await sendLogoutToken(backend.endpoint, token)).toBe("it answered 503");
  await backend.close();
  expect(await sendLogoutToken(backend.endpoint, token)).toBe("ECONNREFUSED");
});

test("a fetch that the application has put in the place of Node's, and that ignores its signal, is not waited for", async () => {
  const fetching = vi.spyOn(globalThis, "fetch").mockReturnValue(new Promise(() => {}));
  expect(await sendLogoutToken("https://api.example.com/", token, 50)).toBe("no answer in time");
  fetching.mockImplementation(() => {
    throw undefined;
  });
  expect(await sendLogoutToken("https://api.example.com/", token, 50)).toBe("no connection");
  fetching.mockRestore();
});
