import manifest from "../package.json" with { type: "json" };
import type { Program } from "./command-line/run.ts";

/** The program: its name, and its subcommands in the order in which help lists them. */
export const program: Program = {
  name: "usher-auth",
  version: manifest.version,
  description: "Says why a token is refused, and proves that no endpoint was forgotten",
  entries: {
    doctor: {
      description: "Say why a token is refused, most likely cause first",
      load: () => import("./commands/doctor.ts"),
    },
    audit: {
      description: "Prove that no endpoint was forgotten: try every operation of an OpenAPI document",
      load: () => import("./commands/audit.ts"),
    },
    fingerprint: {
      description: "Show a secret's fingerprint: the same on both sides means the same secret",
      load: () => import("./commands/fingerprint.ts"),
    },
    decode: {
      description: "Show what a token says. Verifies nothing",
      load: () => import("./commands/decode.ts"),
    },
    revoke: {
      description: "Take back what a user, a session or a token may, in every replica",
      load: () => import("./commands/revoke.ts"),
    },
    revocations: {
      description: "List what was revoked",
      load: () => import("./commands/revocations.ts"),
    },
  },
};
