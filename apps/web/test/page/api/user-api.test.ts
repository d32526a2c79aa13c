import { expect, onTestFinished, test } from "vitest";
import { createUserApi } from "../../../src/page/api/user-api.ts";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const exp = Math.floor(Date.now() / 1000) + 300;
const tokenOf = (sub: string) => `${encode({ alg: "HS256" })}.${encode({ sub, exp })}.c2ln`;

/** The API of ada's page, in a browser with the session of `who`. */
function pageOfAda(who: string) {
  const session = { who, ended: 0 };
  const api = createUserApi({
    apiUrl: "http://localhost:9",
    userId: "ada",
    getToken: async () => tokenOf(session.who),
    onSessionEnded: () => {
      session.ended += 1;
    },
  });
  onTestFinished(() => api.close());
  return { api, session };
}

test("keeps the user's token, for the page to show and to send", async () => {
  const { api } = pageOfAda("ada");
  expect(await api.validToken()).toBe(tokenOf("ada"));
  expect(api.token.get()).toBe(tokenOf("ada"));
});

test("never shows or sends the token of someone who has signed in since", async () => {
  const { api, session } = pageOfAda("bob");
  await expect(api.validToken()).rejects.toThrow();
  expect([api.token.get(), session.ended]).toEqual([undefined, 1]);
  await expect(api.validToken()).rejects.toThrow();
});
