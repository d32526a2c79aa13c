import { z } from "zod";

/** What a route requires, as it is written in the file. */
const route = z
  .strictObject({
    path: z.string().meta({
      description:
        "The path at the backend. `{name}` is a parameter, `{name...}` at the end any rest of the path.",
      examples: ["/health", "/ws/{user_id}", "/admin/{rest...}"],
    }),
    methods: z
      .array(z.string())
      .min(1)
      .optional()
      .meta({
        description:
          "The methods, in upper case. GET includes HEAD. Default: every method that no other route names.",
        examples: [["GET"]],
      }),
    access: z.enum(["public", "optional", "required", "denied"]).optional().meta({
      description:
        "public: anyone, and no token is read. optional: anyone, but a token that is sent must be valid. required (default): a valid token that satisfies the rest. denied: no one.",
    }),
    owners: z
      .record(z.string(), z.string())
      .optional()
      .meta({
        description:
          "The claim that each of these path parameters must equal. Default: what `ownerParams` and the document say of the path. `{}`: it has no owner.",
        examples: [{ user_id: "sub" }],
      }),
    scopes: z
      .union([z.array(z.string()).min(1), z.array(z.array(z.string()).min(1)).min(1)])
      .optional()
      .meta({
        description:
          "The scopes that a token needs, all of them. Or several such lists, of which one is enough.",
        examples: [["reports:read"]],
      }),
    claims: z
      .record(z.string(), z.union([claimValue(), z.array(claimValue()).min(1)]))
      .optional()
      .meta({
        description:
          "The value that each of these claims must have, or several of which one is enough. A claim that is a list must contain one.",
        examples: [{ role: "admin" }],
      }),
  })
  .meta({ description: "What one path requires. In place of what the document says of it, or in addition." });

function claimValue() {
  return z.union([z.string(), z.number(), z.boolean()]);
}

/** `usher.gate.yaml`. */
export const settingsSchema = z
  .strictObject({
    upstream: z
      .string()
      .optional()
      .meta({
        description:
          "The backend: http or https, without a path. Default: none; the gate then only answers other proxies.",
        examples: ["http://127.0.0.1:8000"],
      }),
    openapi: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "The backend's OpenAPI 3.0 or 3.1 document: an address, or a file relative to this one. Read again when it changes.",
        examples: ["http://127.0.0.1:8000/openapi.json", "openapi.yaml"],
      }),
    basePath: z
      .string()
      .optional()
      .meta({
        description:
          "What the document's paths begin with at the backend; / for nothing. Default: the path of the document's first server.",
        examples: ["/", "/api/v1"],
      }),
    ownerParams: z
      .union([z.literal("none"), z.record(z.string(), z.string())])
      .optional()
      .meta({
        description:
          "The path parameters that name an owner, and the claim that each must equal: sub is the user's id. `none`: no path has an owner. Default: what the document states in `x-usher`, and usual names such as user_id.",
        examples: [{ user_id: "sub", org_id: "org" }],
      }),
    routes: z
      .array(route)
      .optional()
      .meta({ description: "What the document does not say, or says differently. Default: none." }),
    cors: z
      .union([z.literal(false), z.array(z.string())])
      .optional()
      .meta({
        description:
          "The origins of the pages that may call the API. false: CORS is left to the backend. Default: the origin of BETTER_AUTH_URL.",
        examples: [["https://app.example.com"]],
      }),
    trustedProxies: z
      .array(z.string())
      .optional()
      .meta({
        description:
          "Addresses and ranges of the proxies whose forwarded fields are believed, and that may ask for answers. Default: none.",
        examples: [["127.0.0.1", "10.0.0.0/8"]],
      }),
    allowInsecureHosts: z
      .array(z.string())
      .optional()
      .meta({
        description:
          "Hosts other than this machine that plain http may reach, in addition to those of USHER_ALLOW_INSECURE_HOSTS. Default: none.",
        examples: [["api"]],
      }),
    host: z
      .string()
      .optional()
      .meta({
        description: "The address to listen on. Default: 127.0.0.1.",
        examples: ["0.0.0.0"],
      }),
    port: z.int().min(0).max(65_535).optional().meta({
      description: "The port to listen on; 0 for a free one. Default: 8080.",
    }),
    timeout: z.number().min(0.1).max(86_400).optional().meta({
      description: "Seconds until the backend's response must begin. Default: 60.",
    }),
    idleTimeout: z.number().min(1).max(86_400).optional().meta({
      description: "Seconds without a byte in either direction after which a request ends. Default: 300.",
    }),
    maxRequestBytes: z.int().min(0).optional().meta({
      description: "The largest request body in bytes. Default: the backend decides.",
    }),
    metricsPort: z.int().min(0).max(65_535).optional().meta({
      description:
        "The port of the metrics for Prometheus, on this machine only; 0 for a free one. Needs @usher-auth/opentelemetry. Default: no metrics.",
    }),
    revocations: z.enum(["postgres", "memory", "none"]).optional().meta({
      description:
        "Where revocations are kept: in Postgres for several gates, in memory for one. Default: postgres if REVOCATIONS_DATABASE_URL is set, else none.",
    }),
  })
  .meta({ title: "usher.gate.yaml", description: "Settings of `usher-auth gate`." });

/** The file's content, once its form has been checked. */
export type SettingsFile = z.infer<typeof settingsSchema>;

/** A route of the file. */
export type RouteEntry = NonNullable<SettingsFile["routes"]>[number];

/** The JSON Schema of the file, for editors. Most of them know draft 7 only. */
export function settingsJsonSchema(): string {
  const schema = z.toJSONSchema(settingsSchema, { target: "draft-7", io: "input" });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
