import { METHODS } from "node:http";
import { valuesOf } from "../request/raw-headers.ts";
import { envoyPrefix } from "./paths.ts";

/** The request that a proxy asks about. */
export interface OriginalRequest {
  /** In upper case. */
  readonly method: string;
  /** As the proxy sends it to the backend. */
  readonly target: string;
  /** The client's, and what the proxy adds to every request. Without the fields of the question itself. */
  readonly rawHeaders: readonly string[];
  /** Whether it asks for a WebSocket. */
  readonly isUpgrade: boolean;
}

/** Why the question cannot be understood: one sentence for the operator, with nothing of the request in it. */
export interface QuestionFault {
  readonly fault: string;
}

/** The fields in which proxies name the original request. Each pair with the proxies that send it. */
const pairs = [
  ["x-original-method", "x-original-uri"], // nginx, HAProxy
  ["x-forwarded-method", "x-forwarded-uri"], // Caddy, Traefik
] as const;
const fields: ReadonlySet<string> = new Set(pairs.flat());

/** Those that Node accepts in a request to the gate. Other spellings of them are refused: `get` is not `GET`. */
const methods: ReadonlySet<string> = new Set(METHODS);

/** Reads the original request from one pair of fields. A second pair, or a field twice, is the client's doing. */
export function readHeaderPair(rawHeaders: readonly string[]): OriginalRequest | QuestionFault {
  const found = new Map<string, string>();
  const others: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    const field = name.toLowerCase();
    if (!fields.has(field)) others.push(name, value);
    else if (found.has(field))
      return { fault: `${field} came twice: the proxy must replace what clients send` };
    else found.set(field, value);
  }
  const [pair, second] = pairs.filter((names) => names.some((name) => found.has(name)));
  if (second !== undefined)
    return {
      fault: `${pair?.join(", ")} and ${second.join(", ")} came together: the proxy must remove one pair`,
    };
  if (pair === undefined)
    return {
      fault: `the proxy must name the original request: ${pairs.map((names) => names.join(" and ")).join(", or ")}`,
    };
  const [method, target] = pair.map((name) => found.get(name));
  if (method === undefined || target === undefined)
    return { fault: `the proxy must send both ${pair.join(" and ")}` };
  return original(method, target, others);
}

/** Reads the original request from a request of Envoy: its own method, and its path behind a prefix. */
export function readPrefixed(
  method: string,
  target: string,
  rawHeaders: readonly string[],
): OriginalRequest | QuestionFault {
  return original(method, target.slice(envoyPrefix.length), rawHeaders);
}

function original(
  method: string,
  target: string,
  rawHeaders: readonly string[],
): OriginalRequest | QuestionFault {
  if (!methods.has(method)) return { fault: "the original method is none that HTTP knows" };
  const upgrade = upgradeOf(rawHeaders);
  // "h2c" would open a tunnel in which the proxy sees no requests.
  if (upgrade === "other")
    return {
      fault: "the request asks to change to a protocol other than WebSocket: the proxy must remove Upgrade",
    };
  return { method, target, rawHeaders, isUpgrade: upgrade === "websocket" && method === "GET" };
}

/** A proxy may remove `Upgrade` from its question. Then the key shows what is asked for. */
function upgradeOf(rawHeaders: readonly string[]): "websocket" | "other" | undefined {
  const upgrades = valuesOf(rawHeaders, "upgrade").filter((value) => value !== "");
  if (upgrades.some((value) => value.trim().toLowerCase() !== "websocket")) return "other";
  const isAsked = upgrades.length > 0 || valuesOf(rawHeaders, "sec-websocket-key").length > 0;
  return isAsked ? "websocket" : undefined;
}
