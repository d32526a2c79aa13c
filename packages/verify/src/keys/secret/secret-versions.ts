import { ConfigurationError } from "../../errors.ts";
import type { SecretVersion } from "./secret-keys.ts";

/**
 * Parses `2:new,1:old` like Better Auth: entries are split at commas and trimmed, the version is before the
 * first colon, and the first entry is the current one. A secret may contain colons, but no comma.
 *
 * @throws {ConfigurationError} An invalid entry. The message contains its position, never its text.
 * @example
 * ```ts
 * import { parseSecretVersions } from "@usher-auth/verify/keys";
 *
 * parseSecretVersions("2:new,1:old"); // [{ version: 2, value: "new" }, { version: 1, value: "old" }]
 * ```
 */
export function parseSecretVersions(text: string): SecretVersion[] {
  return text.split(",").map((entry, index) => {
    const match = /^\s*(\d+):\s*(\S(?:.*\S)?)\s*$/s.exec(entry);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new ConfigurationError(
        `BETTER_AUTH_SECRETS: entry ${index + 1} is not "<version>:<secret>". Write the newest first, such as 2:new,1:old`,
      );
    }
    return { version: Number(match[1]), value: match[2] };
  });
}
