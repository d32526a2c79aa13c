import type { Environment } from "../terminal.ts";

/** A secret from the settings, with its name. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
  /** Whether Better Auth signs with it. */
  readonly signs: boolean;
}

/**
 * The secrets in the settings: the entries of `BETTER_AUTH_SECRETS` (`2:new,1:old`; the first one signs), and
 * `BETTER_AUTH_SECRET`, which signs if there is no list. Parsed as Better Auth parses them. Invalid entries
 * are left out; the verifier reports them.
 */
export function secretsIn(environment: Environment): NamedSecret[] {
  const { BETTER_AUTH_SECRET: single, BETTER_AUTH_SECRETS: list } = environment;
  const versions = (list || undefined)?.split(",").flatMap((entry, index): NamedSecret[] => {
    const [version = "", value = ""] = entry.trim().split(/:(.*)/s, 2);
    return value === "" || !/^\d+$/.test(version)
      ? []
      : [{ name: `BETTER_AUTH_SECRETS version ${version}`, value, signs: index === 0 }];
  });
  const alone: NamedSecret[] = single ? [{ name: "BETTER_AUTH_SECRET", value: single, signs: !list }] : [];
  return [...(versions ?? []), ...alone];
}
