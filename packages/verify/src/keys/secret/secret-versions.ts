import { ConfigurationError } from "../../errors.ts";
import type { SecretVersion } from "./secret-keys.ts";

/**
 * Reads `2:new,1:old` as Better Auth does: entries split at commas and trimmed, the version before the first
 * colon, the first entry the current one. A secret can therefore hold colons, but no comma.
 *
 * @throws {ConfigurationError} An entry of another form. The message names its position, never its text.
 *
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
