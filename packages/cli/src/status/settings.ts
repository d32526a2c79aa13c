import { checkSettings } from "../doctor/settings/check-settings.ts";
import type { settingNames } from "../settings/index.ts";
import type { Environment } from "../terminal.ts";
import { type Line, line, lineOf, type Section } from "./section.ts";
import { shownUrl } from "./shown-url.ts";

type Setting = (typeof settingNames)[number] | "TRUSTED_PROXIES" | "NODE_ENV";

/** The variables that a status reads, with what may be shown of each value. */
const variables: Readonly<Record<Setting, (value: string) => string>> = {
  BETTER_AUTH_URL: shownUrl,
  API_URL: nameOrUrl,
  BETTER_AUTH_SECRET: () => "set",
  BETTER_AUTH_SECRETS: () => "set",
  USHER_KEYS: keywordsOnly,
  USHER_JWKS_URL: shownUrl,
  USHER_ALLOW_INSECURE_HOSTS: wordsOnly,
  USHER_ACCESS_TOKEN_ISSUER: shownUrl,
  USHER_ACCESS_TOKEN_SCOPES: wordsOnly,
  USHER_WHEN_STALE: keywordsOnly,
  USHER_ROWS_KEY: () => "set",
  DATABASE_URL: shownUrl,
  MIGRATION_DATABASE_URL: shownUrl,
  REVOCATIONS_DATABASE_URL: shownUrl,
  LISTEN_DATABASE_URL: shownUrl,
  AUTH_DATABASE_URL: shownUrl,
  TRUSTED_PROXIES: wordsOnly,
  NODE_ENV: wordsOnly,
};
const names = Object.keys(variables) as Setting[];

/** A value that is made of short words. Anything else may be a secret in the wrong variable. */
function wordsOnly(value: string): string {
  return /^[\w.:,/[\]\- ]{1,100}$/.test(value) && !/\w{24}/.test(value) ? value : "set";
}

/** A value from a closed list, or several. */
function keywordsOnly(value: string): string {
  return /^[a-z]{1,12}(?:, ?[a-z]{1,12}){0,3}$/.test(value) ? value : "set";
}

/** API_URL is a name in tokens, which need not be a URL. */
function nameOrUrl(value: string): string {
  return URL.parse(value)?.host ? shownUrl(value) : wordsOnly(value);
}

/** What {@link settingsSection} compares. */
export interface SettingsInput {
  readonly environment: Environment;
  /** Where the settings came from, for people. */
  readonly environmentName: string;
  /** Whether they came from a file rather than from the environment. */
  readonly isFile: boolean;
  /** The environment of this process. */
  readonly shell: Environment;
}

/** The settings as a process with them reads them, and whether an API can start with them. */
export async function settingsSection(input: SettingsInput): Promise<Section> {
  const { environment, environmentName } = input;
  const { findings, confirmed } = await checkSettings(input);
  const set = names.filter((name) => environment[name]);
  const shown: Record<string, string> = Object.fromEntries(
    set.map((name) => [name, variables[name](environment[name] as string)]),
  );
  const width = Math.max(0, ...set.map((name) => name.length));
  return {
    name: "settings",
    lines: [
      ...findings.map(lineOf),
      ...confirmed.map((text) => line("ok", text)),
      ...shellLines(input),
      ...set.map((name) => line("note", `${name.padEnd(width)}  ${shown[name]}`)),
    ],
    facts: { source: environmentName, variables: shown },
  };
}

/** `node --env-file` and dotenv leave a variable of the shell as it is: a file that is correct may not be used. */
function shellLines({ environment, environmentName, isFile, shell }: SettingsInput): Line[] {
  if (!isFile) return [];
  const differing = names.filter(
    (name) => shell[name] !== undefined && shell[name] !== (environment[name] ?? ""),
  );
  return differing.map((name) => {
    const difference = environment[name] ? "with another value" : `and not in ${environmentName}`;
    return line(
      "note",
      `${name} is also set in this shell, ${difference}. node --env-file prefers the shell's, this report does not.`,
      `unset ${name} # before you start a process from this shell`,
    );
  });
}
