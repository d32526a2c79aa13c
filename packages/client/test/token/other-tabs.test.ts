import { describe, expect, test } from "vitest";
import { UserChangedError } from "../../src/index.ts";
import { settle, startBrowser, TestChannel } from "../support/browser.ts";
import { NOON, tokenOf } from "../support/tokens.ts";

describe("two tabs", () => {
  test("another user's sign-in in one ends the other's session, without a call of it", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("first"), browser.tab("second")];
    await first("/1");
    browser.userId = "bert";
    await second("/2");
    await settle();

    expect(browser.told).toEqual(["first: anna is now bert"]);
    await expect(first("/3")).rejects.toBeInstanceOf(UserChangedError);
    await settle(5000);
    expect(browser.told).toHaveLength(1);
    expect(browser.sent).toEqual(["/1 anna in first", "/2 bert in first"]);
  });

  test("a sign-out in one reaches the other, without a call of it", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("first"), browser.tab("second")];
    await first("/1");
    await second("/2");
    browser.userId = null;
    second.clearToken();
    await settle();
    expect(browser.told).toEqual(["first: signed out"]);
  });

  test("a sign-out that one notices reaches the other", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("first"), browser.tab("second")];
    await first("/1");
    await second("/2");
    browser.userId = null;
    second.refresh();
    await second("/3").catch(() => undefined);
    await settle();
    expect(browser.told).toEqual(["second: signed out", "first: signed out"]);
  });

  test("a sign-out costs each of many tabs one token request", async () => {
    const browser = startBrowser();
    const tabs = Array.from({ length: 10 }, (_, index) => browser.tab(`tab ${index}`));
    for (const tab of tabs) await tab("/1");
    browser.userId = null;
    browser.tab("another").clearToken();
    await settle(5000);
    expect(browser.told).toHaveLength(10);
    expect(browser.tokenRequests).toBe(20);

    // Someone else's sign-in still reaches them.
    browser.userId = "bert";
    await browser.tab("of bert")("/2");
    await settle(5000);
    expect(browser.told.filter((event) => event.endsWith("anna is now bert"))).toHaveLength(10);
  });

  test("a sign-out costs each of many tabs one token request, however long each answer takes", async () => {
    const browser = startBrowser();
    const getToken = async () => {
      browser.tokenRequests += 1;
      const { userId, tokenRequests } = browser;
      await new Promise((resolve) => setTimeout(resolve, (tokenRequests * 37) % 100));
      return userId === null ? null : tokenOf("a", 300, userId);
    };
    const tabs = Array.from({ length: 20 }, (_, index) => browser.tab(`tab ${index}`, { getToken }));
    const answers = Promise.all(tabs.map((tab) => tab("/1")));
    await settle(1000);
    await answers;
    browser.userId = null;
    browser.tab("another").clearToken();
    await settle(5000);
    expect(browser.told).toHaveLength(20);
    expect(browser.tokenRequests).toBe(40);
  });

  test("a sign-out reaches the others after a check that failed", async () => {
    const browser = startBrowser();
    let isDown = false;
    let clock = NOON;
    const getToken = async () => {
      if (isDown) throw new TypeError("Failed to fetch");
      return browser.userId === null ? null : tokenOf("a", 300, browser.userId);
    };
    const first = browser.tab("first", { getToken, now: () => clock });
    const second = browser.tab("second");
    await first("/1");
    await second("/2");
    isDown = true;
    second.refresh();
    await settle(5000);
    await second("/3");
    isDown = false;
    clock += 5000;
    browser.userId = null;
    await first("/4").catch(() => undefined);
    await settle(1000);
    expect(browser.told).toEqual(["first: signed out", "second: signed out"]);
  });

  test("clearToken in onUserChanged of pages made for the same user causes no loop", async () => {
    const browser = startBrowser();
    const open = (name: string): void => {
      const tab = browser.tab(name, {
        userId: "anna",
        onUserChanged() {
          browser.told.push(name);
          tab.clearToken();
        },
      });
    };
    for (const name of ["first", "second"]) open(name);
    browser.userId = "bert";
    await browser.tab("third")("/1");
    await settle(10_000);
    expect(browser.told).toEqual(["first", "second"]);
    expect(browser.tokenRequests).toBeLessThanOrEqual(5);

    // A sign-out and someone else's sign-in still reach both.
    await browser.tab("fourth", { userId: "carla" }).close();
    await settle(1000);
    expect(browser.told).toHaveLength(4);
  });

  test("after refresh in one, the other's next call has a new token", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("first"), browser.tab("second")];
    await first("/1");
    await second("/2");
    browser.organization = "second";
    second.refresh();
    await settle(0);
    await first("/3");
    await settle();
    expect(browser.sent.at(-1)).toBe("/3 anna in second");
    // The call's token was the check.
    expect(browser.tokenRequests).toBe(3);
    expect(browser.told).toEqual([]);
  });

  test("the same user's sign-in in one costs the other nothing", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("first"), browser.tab("second")];
    await first("/1");
    await second("/2");
    await settle(5000);
    expect(browser.tokenRequests).toBe(2);
  });

  test("a tab without a user checks nothing", async () => {
    const browser = startBrowser();
    browser.tab("first");
    const second = browser.tab("second");
    second.clearToken();
    second.refresh();
    await settle(5000);
    expect(browser.tokenRequests).toBe(0);
  });

  test("a page made for another user ends the other's session before it has a token", async () => {
    const browser = startBrowser();
    const first = browser.tab("first");
    await first("/1");
    browser.userId = "bert";
    browser.tab("second", { userId: "bert" });
    await settle();
    expect(browser.told).toEqual(["first: anna is now bert"]);
  });

  test("a page made for a user learns of a sign-out before it has a token", async () => {
    const browser = startBrowser();
    browser.tab("first", { userId: "anna" });
    const second = browser.tab("second");
    await second("/1");
    browser.userId = null;
    second.clearToken();
    await settle();
    expect(browser.told).toEqual(["first: signed out"]);
  });

  test("pages made for the same user cost each other nothing", async () => {
    const browser = startBrowser();
    browser.tab("first", { userId: "anna" });
    browser.tab("second", { userId: () => "anna" });
    browser.tab("third", {
      userId: () => {
        throw new Error("not known yet");
      },
    });
    await settle(5000);
    expect(browser.tokenRequests).toBe(0);
    expect(browser.told).toEqual([]);
  });

  test("clients of two APIs do not hear of each other", async () => {
    const browser = startBrowser();
    const first = browser.tab("first");
    const other = browser.tab("other", { baseURL: "https://other.example.com" });
    await first("/1");
    other.refresh();
    await settle(5000);
    expect(browser.tokenRequests).toBe(1);
  });

  test("clients of one page hear of each other", async () => {
    const browser = startBrowser();
    const [first, second] = [browser.tab("tasks"), browser.tab("lists")];
    await first("/1");
    await second("/2");
    browser.userId = "bert";
    first.refresh();
    await expect(first("/3")).rejects.toBeInstanceOf(UserChangedError);
    await settle();
    expect(browser.told).toEqual(["tasks: anna is now bert", "lists: anna is now bert"]);
  });

  test("messages carry no token", async () => {
    const browser = startBrowser();
    const first = browser.tab("first");
    await first("/1");
    first.refresh();
    first.clearToken();
    expect(TestChannel.messages).toEqual([
      { kind: "signed-in", userId: "anna" },
      { kind: "changed" },
      { kind: "changed" },
    ]);
  });
});

describe("the check after a message", () => {
  test("is one for a burst of messages, and one each second for a storm", async () => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    const stranger = new TestChannel("@usher-auth/client https://api.example.com");
    for (let message = 0; message < 1000; message++) stranger.postMessage({ kind: "changed" });
    await settle(5000);
    expect(browser.tokenRequests).toBe(2);

    for (let message = 0; message < 100; message++) {
      stranger.postMessage({ kind: "changed" });
      await settle(50);
    }
    expect(browser.tokenRequests).toBeLessThanOrEqual(8);
  });

  test("sees a change that came during the check before", async () => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    const stranger = new TestChannel("@usher-auth/client https://api.example.com");
    stranger.postMessage({ kind: "changed" });
    await settle();
    browser.userId = null;
    stranger.postMessage({ kind: "changed" });
    await settle(1000);
    expect(browser.told).toEqual(["first: signed out"]);
  });

  test("that fails changes nothing: the next call finds out", async () => {
    const browser = startBrowser();
    let down = false;
    const getToken = async () => {
      if (down) throw new TypeError("Failed to fetch");
      return browser.userId === null ? null : tokenOf("a", 300, browser.userId);
    };
    let clock = NOON;
    const first = browser.tab("first", { getToken, now: () => clock });
    await first("/1");
    down = true;
    browser.tab("second").refresh();
    await settle();
    expect(browser.told).toEqual([]);
    down = false;
    clock += 1000;
    browser.userId = "bert";
    await expect(first("/2")).rejects.toBeInstanceOf(UserChangedError);
  });

  test("of a session that clearToken ends meanwhile tells nothing", async () => {
    const browser = startBrowser();
    let answer: (token: string) => void = () => undefined;
    const answers = [tokenOf("of anna", 300, "anna"), new Promise<string>((resolve) => (answer = resolve))];
    const first = browser.tab("first", { getToken: () => answers.shift() ?? null });
    await first("/1");
    browser.tab("second").refresh();
    await settle();
    expect(answers).toHaveLength(0);
    first.clearToken();
    answer(tokenOf("of bert", 300, "bert"));
    await settle();
    expect(browser.told).toEqual([]);
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "changed"],
    ["a list", ["changed"]],
    ["another kind", { kind: "sign-out" }],
    ["a kind that is an object", { kind: { toString: "changed" } }],
    ["a sign-in without a user", { kind: "signed-in" }],
    ["a sign-in of a number", { kind: "signed-in", userId: 7 }],
    ["a deep object", { kind: ["signed-in"], userId: { __proto__: { userId: "bert" } } }],
    ["a map", new Map([["kind", "changed"]])],
  ])("is not caused by a foreign message: %s", async (_name, message) => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    new TestChannel("@usher-auth/client https://api.example.com").postMessage(message);
    await settle(5000);
    expect(browser.tokenRequests).toBe(1);
    expect(browser.told).toEqual([]);
  });

  test("decides, and not the message: a false sign-in ends no session", async () => {
    const browser = startBrowser();
    const first = browser.tab("first");
    await first("/1");
    const stranger = new TestChannel("@usher-auth/client https://api.example.com");
    stranger.postMessage({ kind: "signed-in", userId: "bert", token: "stolen" });
    await settle();
    expect((await first("/2")).status).toBe(200);
    expect(browser.told).toEqual([]);
  });
});

describe("where there are no channels", () => {
  class ThrowingChannel {
    constructor() {
      throw new Error("SecurityError");
    }
  }
  class MuteChannel extends TestChannel {
    override postMessage(): void {
      throw new Error("InvalidStateError");
    }
  }

  test.each([
    ["BroadcastChannel is missing", { BroadcastChannel: undefined }],
    ["its constructor throws", { BroadcastChannel: ThrowingChannel }],
    ["postMessage throws", { BroadcastChannel: MuteChannel }],
    ["there are no events", { addEventListener: undefined, removeEventListener: undefined }],
  ])("a client works alone: %s", async (_name, globals) => {
    const browser = startBrowser(globals);
    const first = browser.tab("first");
    await first("/1");
    first.refresh();
    await first("/2");
    first.clearToken();
    browser.userId = "bert";
    await first("/3");
    first.close();
    expect(browser.sent).toHaveLength(3);
    expect(browser.told).toEqual([]);
  });

  test.each([
    ["React Native", { navigator: { product: "ReactNative" } }],
    ["Electron's main process", { navigator: {}, process: { versions: { electron: "40", node: "24" } } }],
    ["a server", { process }],
  ])("a client opens none: %s", async (_name, globals) => {
    const browser = startBrowser(globals);
    await browser.tab("first", { singleUser: true })("/1");
    expect(TestChannel.open.size).toBe(0);
    expect(browser.listeners()).toBe(0);
  });
});

describe("a page in the back/forward cache", () => {
  test("has a closed channel, and checks when it is shown again", async () => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    browser.dispatch("pagehide", { persisted: true });
    expect(TestChannel.open.size).toBe(0);
    browser.userId = "bert";
    await browser.tab("second")("/2");
    browser.dispatch("pageshow", { persisted: true });
    await settle();
    expect(browser.told).toEqual(["first: anna is now bert"]);
    expect(TestChannel.open.size).toBe(2);
  });

  test("that is shown for the first time checks nothing", async () => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    browser.dispatch("pageshow", { persisted: false });
    await settle(5000);
    expect(browser.tokenRequests).toBe(1);
  });
});

describe("a message of Better Auth's client in another tab", () => {
  test("of a sign-out reaches a tab, though the other one has no client of this package", async () => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    browser.userId = null;
    browser.dispatch("storage", { key: "better-auth.message", newValue: "{}" });
    await settle();
    expect(browser.told).toEqual(["first: signed out"]);
    expect(browser.tokenRequests).toBe(2);
  });

  test.each(["color-scheme", null])("is nothing else in localStorage: %s", async (key) => {
    const browser = startBrowser();
    await browser.tab("first")("/1");
    browser.userId = null;
    browser.dispatch("storage", { key });
    await settle(5000);
    expect(browser.tokenRequests).toBe(1);
  });
});
