import { describe, expect, onTestFinished, test, vi } from "vitest";
import { settle, startBrowser, TestChannel } from "../support/browser.ts";
import { tokenOf } from "../support/tokens.ts";

/** A getToken with session changes, as `betterAuthToken(authClient)` has them. */
function sessionOf(browser: { userId: string | null; organization: string; tokenRequests: number }) {
  const listeners = new Set<() => void>();
  const change = () => {
    for (const listener of [...listeners]) listener();
  };
  const fetchToken = async () => {
    browser.tokenRequests += 1;
    const { userId, organization } = browser;
    return userId === null ? null : tokenOf(`${userId} in ${organization}`, 300, userId);
  };
  const onSessionChange = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { listeners, change, getToken: Object.assign(fetchToken, { onSessionChange }) };
}

describe("close", () => {
  test("ends all listening: channel, events, session changes and a check that is due", async () => {
    const browser = startBrowser();
    const session = sessionOf(browser);
    const first = browser.tab("first", { getToken: session.getToken });
    await first("/1");
    browser.tab("second").refresh();
    await settle(0);
    first.close();
    first.close();
    await settle(5000);
    expect(browser.tokenRequests).toBe(1);
    expect(session.listeners.size).toBe(0);
    expect([...TestChannel.open]).toHaveLength(1);
    expect(browser.listeners()).toBe(3);
  });

  test("leaves calls their token, and the next call listens again", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("first"), browser.tab("second")];
    await first("/1");
    const inProgress = first("/2");
    first.close();
    expect((await inProgress).status).toBe(200);
    await first("/3");
    browser.userId = null;
    second.clearToken();
    await settle();
    expect(browser.told).toEqual(["first: signed out"]);
  });

  test("holds when the user answers a question that was open", async () => {
    const browser = startBrowser();
    let answer: (signedIn: boolean) => void = () => undefined;
    const headers = { "content-type": "application/problem+json" };
    const first = browser.tab("first", {
      fetch: async () => Response.json({ code: "reauthentication_required" }, { status: 401, headers }),
      onReauthenticationRequired: () => new Promise((resolve) => (answer = resolve)),
    });
    const call = first("/1");
    await settle(0);
    first.close();
    answer(true);
    expect((await call).status).toBe(401);
    expect(TestChannel.open.size).toBe(0);
  });

  test("of many clients leaves nothing", async () => {
    const browser = startBrowser();
    for (let count = 0; count < 100; count++) {
      const client = browser.tab("component");
      await client("/1");
      client.close();
    }
    expect(TestChannel.open.size).toBe(0);
    expect(browser.listeners()).toBe(0);
  });
});

describe("a session change of this page", () => {
  test("is checked here and in the other tabs", async () => {
    const browser = startBrowser();
    const session = sessionOf(browser);
    const first = browser.tab("first", { getToken: session.getToken });
    const second = browser.tab("second");
    await first("/1");
    await second("/2");
    browser.userId = null;
    session.change();
    await settle();
    expect(browser.told.sort()).toEqual(["first: signed out", "second: signed out"]);
  });

  test("makes the next call fetch a new token, in all tabs", async () => {
    const browser = startBrowser();
    const session = sessionOf(browser);
    const first = browser.tab("first", { getToken: session.getToken });
    const second = browser.tab("second");
    await first("/1");
    await second("/2");
    browser.organization = "second";
    session.change();
    await settle(0);
    await first("/3");
    await second("/4");
    expect(browser.sent.slice(2)).toEqual(["/3 anna in second", "/4 anna in second"]);
  });

  test("is heard in React Native, without other tabs", async () => {
    const browser = startBrowser({ navigator: { product: "ReactNative" } });
    const session = sessionOf(browser);
    const first = browser.tab("first", { getToken: session.getToken });
    await first("/1");
    browser.userId = null;
    session.change();
    await settle();
    expect(browser.told).toEqual(["first: signed out"]);
  });

  test("is not listened for on a server, where clients would pile up", async () => {
    const browser = startBrowser({ process });
    const session = sessionOf(browser);
    await browser.tab("request", { getToken: session.getToken, singleUser: true })("/1");
    expect(session.listeners.size).toBe(0);
  });

  test("may be told during onSessionChange, and by getToken: one check a second, no loop", async () => {
    const browser = startBrowser();
    const session = sessionOf(browser);
    const getToken = Object.assign(
      async () => {
        const token = await session.getToken();
        session.change();
        return token;
      },
      {
        onSessionChange(listener: () => void) {
          listener();
          return session.getToken.onSessionChange(listener);
        },
      },
    );
    const first = browser.tab("first", { getToken });
    expect((await first("/1")).status).toBe(200);
    await settle(5000);
    expect(browser.tokenRequests).toBeLessThanOrEqual(6);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no store");
      },
    ],
    ["returns nothing", () => undefined],
    ["returns a promise", async () => () => undefined],
    [
      "returns a function that throws",
      () => () => {
        throw new Error("no store");
      },
    ],
  ])("costs no call: onSessionChange %s", async (_name, onSessionChange) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    onTestFinished(() => logged.mockRestore());
    const browser = startBrowser();
    const getToken = Object.assign(async () => tokenOf("a", 300, "anna"), {
      onSessionChange: onSessionChange as never,
    });
    const first = browser.tab("first", { getToken });
    expect((await first("/1")).status).toBe(200);
    first.close();
    for (const [text] of logged.mock.calls) expect(text).toBe("@usher-auth/client: onSessionChange failed:");
  });
});
