import { isBrowser } from "../runtime.ts";

/**
 * A message to the clients of the same API in the other tabs. It carries no token, and decides nothing: the
 * client that gets it asks its own `getToken`. Any script of the page's origin can send one.
 *
 * - `changed`: the session, or what its token says, may have changed.
 * - `signed-in`: a client has got its first token, which is this user's, or its page was made for this user.
 */
export type TabMessage =
  | { readonly kind: "changed" }
  | { readonly kind: "signed-in"; readonly userId: string };

export type OtherTabs = {
  tell(message: TabMessage): void;
  close(): void;
};

type Channel = {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: TabMessage): void;
  close(): void;
};

type PageEvent = { readonly persisted?: boolean; readonly key?: string | null };
type Listen = (type: string, listener: (event: PageEvent) => void) => void;

/**
 * What Better Auth's client writes to `localStorage` at once when its user signs out, or is changed, in a page
 * that uses `useSession`.
 */
const betterAuthKey = "better-auth.message";

/** The globals of a page. A worker has neither `pageshow` nor `storage`, and calls no listener of them. */
const page = globalThis as unknown as {
  readonly BroadcastChannel?: new (name: string) => Channel;
  readonly addEventListener?: Listen;
  readonly removeEventListener?: Listen;
};

/**
 * Connects with the other tabs of this page's origin, by a BroadcastChannel of this name. Where there is none
 * (React Native, a sandboxed frame), it neither sends nor receives.
 *
 * A page in the back/forward cache gets no messages. When it is shown again, that counts as `changed`. So does a
 * message of Better Auth's client in another tab, which may have no client of this package, or may be gone before
 * that client has heard of the sign-out.
 */
export function connectOtherTabs(name: string, onMessage: (message: TabMessage) => void): OtherTabs {
  if (!isBrowser()) return { tell() {}, close() {} };
  let channel = openChannel(name, onMessage);

  function closeChannel(): void {
    channel?.close();
    channel = undefined;
  }

  /** `persisted`: the page was taken out of the cache. */
  function onPageShow({ persisted }: PageEvent): void {
    if (persisted !== true) return;
    channel ??= openChannel(name, onMessage);
    onMessage({ kind: "changed" });
  }

  /** Another tab has written to `localStorage`. */
  function onStorage({ key }: PageEvent): void {
    if (key === betterAuthKey) onMessage({ kind: "changed" });
  }

  // An open channel can keep a page out of the back/forward cache.
  page.addEventListener?.("pagehide", closeChannel);
  page.addEventListener?.("pageshow", onPageShow);
  page.addEventListener?.("storage", onStorage);
  return {
    tell(message) {
      try {
        channel?.postMessage(message);
      } catch {
        // The page's origin has become opaque, or the page is ending.
      }
    },
    close() {
      page.removeEventListener?.("pagehide", closeChannel);
      page.removeEventListener?.("pageshow", onPageShow);
      page.removeEventListener?.("storage", onStorage);
      closeChannel();
    },
  };
}

function openChannel(name: string, onMessage: (message: TabMessage) => void): Channel | undefined {
  try {
    if (page.BroadcastChannel === undefined) return undefined;
    const channel = new page.BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      const message = readMessage(data);
      if (message) onMessage(message);
    };
    return channel;
  } catch {
    // Not for this origin: it is opaque.
    return undefined;
  }
}

/** Undefined if it is not a message of a client. */
function readMessage(data: unknown): TabMessage | undefined {
  const { kind, userId } = (data ?? {}) as { kind?: unknown; userId?: unknown };
  if (kind === "changed") return { kind };
  return kind === "signed-in" && typeof userId === "string" ? { kind, userId } : undefined;
}
