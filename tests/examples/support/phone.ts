import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, Script } from "node:vm";
import { exchange, type Sent } from "../../../packages/client/test/support/react-native/http.ts";

export type Environment = "Expo" | "Expo with React Native's fetch" | "React Native";

/** What phone.js makes public of the app. In React Native without Expo, it is the client alone. */
export type Phone = Pick<typeof import("@usher-auth/client"), "createApiClient" | "readProblem"> & {
  authClient: {
    signUp: { email(user: object): Promise<{ data: { user: { id: string } }; error: unknown }> };
    signIn: { email(user: object): Promise<{ data: { user: { id: string } }; error: unknown }> };
    signOut(): Promise<unknown>;
    getCookie(): Promise<string>;
  };
  passwordQuestion: { isOpen(): boolean; close(signedIn: boolean): void };
  /** What SecureStore holds. */
  stored(): Record<string, string>;
  tasksOf(userId: string): {
    list(): Promise<{ title: string }[]>;
    add(title: string): Promise<Response>;
    removeAll(): Promise<Response>;
  };
};

type SentByPhone = {
  url: string;
  method: string;
  headers: [string, string][];
  withCredentials: boolean;
};

/** Bundles the app's modules with Metro. Takes half a minute. */
export function bundlePhone(): Script {
  const file = join(mkdtempSync(join(tmpdir(), "usher-phone-")), "phone.js");
  const bundler = fileURLToPath(new URL("../phone/bundle.cjs", import.meta.url));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, EXPO_OFFLINE: "1", EXPO_NO_TELEMETRY: "1" };
  const { status, stderr } = spawnSync(process.execPath, [bundler, file], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`Metro failed:\n${stderr}`);
  return new Script(readFileSync(file, "utf8"), { filename: "phone.js" });
}

/**
 * Starts the app's modules on a phone: a global object with nothing but ECMAScript and what natives.js adds.
 *
 * @param hosts - where the hosts that the app knows really are: { "10.0.2.2:3000": "http://localhost:41234" }
 */
export function startPhone(script: Script, hosts: Record<string, string>, environment: Environment) {
  const sent: SentByPhone[] = [];
  const network = { isOnline: true };

  /** In the network of an emulator, the computer is another host. */
  function sendRequest(text: string, callback: (error: string | null, answer: string) => void): () => void {
    const request: Sent & SentByPhone = Object.assign({ headers: [] }, JSON.parse(text));
    const { url, method, withCredentials } = request;
    const headers = request.headers as unknown as [string, string][];
    sent.push({ url, method, headers, withCredentials });
    const abort = new AbortController();
    const [, host = "", path = ""] = /^http:\/\/([^/]+)(.*)$/.exec(url) ?? [];
    const real = { ...request, url: `${hosts[host]}${path}`, headers: Object.fromEntries(headers) };
    const answer = network.isOnline ? exchange(real, abort.signal) : Promise.reject(new Error("no network"));
    answer.then(
      ({ status, headers: answered, bytes }) =>
        callback(null, JSON.stringify({ status, headers: answered, url, bytes: [...bytes] })),
      (error: Error) => callback(error.message, ""),
    );
    return () => abort.abort();
  }

  const host = {
    environment,
    sendRequest,
    encodeText: (text: string) => [...new TextEncoder().encode(text)],
    decodeText: (bytes: number[]) => new TextDecoder().decode(Uint8Array.from(bytes)),
  };
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask };
  const context = createContext({ host, console: { ...console, warn() {} }, atob, btoa, ...timers });
  new Script("globalThis.global = globalThis").runInContext(context);
  script.runInContext(context);
  const run = (code: string): unknown => new Script(code).runInContext(context);
  return { phone: (context as { phone: Phone }).phone, run, sent, network };
}
