/** The variables that decide what a command works on. Passwords and tokens of test users are not among them. */
export const settingNames = [
  "BETTER_AUTH_URL",
  "API_URL",
  "BETTER_AUTH_SECRET",
  "BETTER_AUTH_SECRETS",
  "USHER_KEYS",
  "USHER_JWKS_URL",
  "USHER_ALLOW_INSECURE_HOSTS",
  "USHER_ACCESS_TOKEN_ISSUER",
  "USHER_ACCESS_TOKEN_SCOPES",
  "USHER_WHEN_STALE",
  "USHER_ROWS_KEY",
  "DATABASE_URL",
  "MIGRATION_DATABASE_URL",
  "REVOCATIONS_DATABASE_URL",
  "LISTEN_DATABASE_URL",
  "AUTH_DATABASE_URL",
] as const;

/** Whether the environment has any of the settings. An empty variable counts as not set. */
export function hasAnySetting(environment: Readonly<Record<string, string | undefined>>): boolean {
  return settingNames.some((name) => environment[name]);
}
