import type { OwnerClaims } from "../../openapi/owner-parameter.ts";
import type { FileRule } from "../policy/rule.ts";

/** The gate's settings, from flags, `usher.gate.yaml` and the environment. Tokens' settings are not among them. */
export interface Settings {
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host: string;
  /** 0 to 65535. Default: 8080. */
  readonly port: number;
  /** The backend: http or https, without a path. Undefined: the gate only answers other proxies. */
  readonly upstream: URL | undefined;
  /** The OpenAPI document: a file or an http(s) address. Undefined: the rules of the file are all. */
  readonly openapi: string | undefined;
  /** What the document's paths begin with. Undefined: the path of its first server. */
  readonly basePath: string | undefined;
  /** The rules of `usher.gate.yaml`. */
  readonly rules: readonly FileRule[];
  /** Undefined: what the document states, and the usual names. Null: no path has an owner. */
  readonly ownerParams: OwnerClaims | null | undefined;
  /** The origins whose pages may call the API. False: CORS is left to the backend. */
  readonly cors: readonly string[] | false;
  /** Addresses and ranges (CIDR) of proxies whose forwarded fields are believed. Default: none. */
  readonly trustedProxies: readonly string[];
  /** Other hosts than loopback that plain http may reach. */
  readonly allowInsecureHosts: readonly string[];
  /** Milliseconds until the backend's response must begin. Default: 60,000. */
  readonly timeout: number;
  /** Milliseconds without a byte, in either direction. Default: 300,000. */
  readonly idleTimeout: number;
  /** The largest request body in bytes. Undefined: the backend decides. */
  readonly maxRequestBytes: number | undefined;
  /** The port of the metrics, on loopback; 0 for a free one. Undefined: none. */
  readonly metricsPort?: number | undefined;
  /** Where revocations are kept. */
  readonly revocations: "postgres" | "memory" | "none";
}
