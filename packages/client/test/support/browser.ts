import { onTestFinished, vi } from "vitest";
import type { ApiClient, ApiClientOptions } from "../../src/index.ts";
import { createApiClient } from "../../src/index.ts";
import { NOON, tokenOf } from "./tokens.ts";

type Listener = (event: object) => void;

/** Delivers to the other open channels of its name, as a browser does. */
export class TestChannel {
  static open = new Set<TestChannel>();
  static messages: unknown[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    TestChannel.open.add(this);
  }

  postMessage(message: unknown): void {
    if (!TestChannel.open.has(this)) throw new Error("InvalidStateError");
    TestChannel.messages.push(message);
    const others = [...TestChannel.open].filter((other) => other !== this && other.name === this.name);
    for (const other of others)
      queueMicrotask(() => {
        if (TestChannel.open.has(other)) other.onmessage?.({ data: structuredClone(message) });
      });
  }

  close(): void {
    TestChannel.open.delete(this);
  }
}

/** A browser with one session, the API that its pages call, and clients in its tabs. */
export type TestBrowser = {
  /** The session's user, or null. */
  userId: string | null;
  organization: string;
  /** How many times a `getToken` was called. */
  tokenRequests: number;
  /** What the API got: path and the id of the token. */
  sent: string[];
  /** The events that the applications of the tabs got. */
  told: string[];
  /** Dispatches an event of the page, such as `pageshow`. */
  dispatch(type: string, event: object): void;
  /** How many listeners of events there are. */
  listeners(): number;
  tab(name: string, options?: Partial<ApiClientOptions>): ApiClient;
};

/** Stubs the globals of a browser, and fakes its timers, until the test ends. */
export function startBrowser(globals: Record<string, unknown> = {}): TestBrowser {
  const listeners: { type: string; listener: Listener }[] = [];
  const stubs = {
    navigator: { product: "Gecko" },
    process: Object.create(process, { versions: { value: {} } }),
    BroadcastChannel: TestChannel,
    addEventListener: (type: string, listener: Listener) => void listeners.push({ type, listener }),
    removeEventListener: (type: string, listener: Listener) => {
      const index = listeners.findIndex((entry) => entry.type === type && entry.listener === listener);
      if (index >= 0) listeners.splice(index, 1);
    },
    ...globals,
  };
  for (const [name, value] of Object.entries(stubs)) vi.stubGlobal(name, value);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  TestChannel.open.clear();
  TestChannel.messages = [];
  const clients: ApiClient[] = [];
  onTestFinished(() => {
    for (const client of clients) client.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const browser: TestBrowser = {
    userId: "anna",
    organization: "first",
    tokenRequests: 0,
    sent: [],
    told: [],
    listeners: () => listeners.length,
    dispatch(type, event) {
      for (const entry of [...listeners]) if (entry.type === type) entry.listener(event);
    },
    tab(name, options = {}) {
      const client = createApiClient({
        baseURL: "https://api.example.com",
        now: () => NOON,
        async getToken() {
          browser.tokenRequests += 1;
          const { userId, organization } = browser;
          return userId === null ? null : tokenOf(`${userId} in ${organization}`, 300, userId);
        },
        onSignedOut: () => browser.told.push(`${name}: signed out`),
        onUserChanged: ({ previousUserId, userId }) =>
          browser.told.push(`${name}: ${previousUserId} is now ${userId}`),
        async fetch(request) {
          const token = request.headers.get("authorization")?.split(".")[2] ?? "";
          browser.sent.push(`${new URL(request.url).pathname} ${JSON.parse(atob(token))}`);
          return new Response("ok");
        },
        ...options,
      });
      clients.push(client);
      return client;
    },
  };
  return browser;
}

/** Lets messages arrive, and the check that they cause run. */
export async function settle(milliseconds = 100): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}
