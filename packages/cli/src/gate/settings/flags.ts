import type { ArgsDef } from "citty";

/** The flags that are settings, for the command's definition. They win over the file. */
export const settingsFlags = {
  config: { type: "string", description: "The settings file, such as usher.gate.yaml", valueHint: "file" },
  upstream: {
    type: "string",
    description: "The backend: http or https, without a path; default: only answer other proxies",
    valueHint: "url",
  },
  openapi: {
    type: "string",
    description: "The backend's OpenAPI 3.0 or 3.1 document, JSON or YAML",
    valueHint: "file or url",
  },
  "base-path": {
    type: "string",
    description: "What the document's paths begin with; default: the path of its first server",
    valueHint: "path",
  },
  "owner-param": {
    type: "string",
    description:
      "Path parameters that name the owner: of the user's id, or name=claim, such as user_id,org_id=org; none: no path has an owner; default: what the document states, and user_id and similar names",
    valueHint: "name[=claim],…",
  },
  host: { type: "string", description: "The address to listen on; default: 127.0.0.1", valueHint: "address" },
  port: { type: "string", description: "The port to listen on; default: 8080", valueHint: "number" },
  "cors-origin": {
    type: "string",
    description:
      "Origins of pages that may call the API; none: CORS is left to the backend; default: the origin of BETTER_AUTH_URL",
    valueHint: "origin,…",
  },
  "trusted-proxy": {
    type: "string",
    description: "Addresses and ranges of proxies whose forwarded fields are believed; default: none",
    valueHint: "cidr,…",
  },
  timeout: {
    type: "string",
    description: "Seconds until the backend's response must begin; default: 60",
    valueHint: "seconds",
  },
  "idle-timeout": {
    type: "string",
    description: "Seconds without a byte after which a request ends; default: 300",
    valueHint: "seconds",
  },
  "max-request-bytes": {
    type: "string",
    description: "The largest request body; default: the backend decides",
    valueHint: "number",
  },
  "metrics-port": {
    type: "string",
    description: "The port of the metrics for Prometheus, on this machine only; default: no metrics",
    valueHint: "number",
  },
  revocations: {
    type: "string",
    description:
      "Where revocations are kept: postgres, memory or none; default: postgres if REVOCATIONS_DATABASE_URL is set",
    valueHint: "place",
  },
} as const satisfies ArgsDef;

/** The values of these flags. */
export type SettingsFlags = { readonly [Name in keyof typeof settingsFlags]?: string | undefined };
