import { onTestFinished, vi } from "vitest";
import * as fetching from "whatwg-fetch";
import { URL as ExpoURL, URLSearchParams as ExpoURLSearchParams } from "whatwg-url-minimum";
import { expoFetch, ReactNativeXMLHttpRequest } from "./network.ts";
import { ReactNativeURL } from "./own-url.ts";

export type ReactNativeEnvironment = "React Native" | "Expo";

/**
 * Replaces the globals until the test ends with those of React Native 0.88, and those that Expo 58 puts on
 * top.
 *
 * Hermes has atob, TextEncoder, TextDecoder and WeakRef, and React Native has AbortController with reasons:
 * Node's own are used for them.
 */
export function stubReactNative(environment: ReactNativeEnvironment): void {
  const { Request, Response, Headers } = fetching;
  const shared = { Request, Response, Headers, BroadcastChannel: undefined };
  const own = {
    fetch: fetching.fetch,
    XMLHttpRequest: ReactNativeXMLHttpRequest,
    URL: ReactNativeURL,
    ReadableStream: undefined,
    DOMException: undefined,
    structuredClone: undefined,
  };
  const expo = { fetch: expoFetch, URL: ExpoURL, URLSearchParams: ExpoURLSearchParams };
  for (const [name, value] of Object.entries({ ...shared, ...(environment === "Expo" ? expo : own) }))
    vi.stubGlobal(name, value);
  onTestFinished(() => void vi.unstubAllGlobals());
}
