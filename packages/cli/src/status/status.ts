import { issuerUrl } from "../doctor/facts/base-url.ts";
import { withUsherWarnings } from "../doctor/settings/warnings.ts";
import { clocksSection } from "./clocks.ts";
import { deliveriesSection } from "./deliveries/section.ts";
import { healthSection } from "./health.ts";
import { issuerSection, type WithClock } from "./issuer.ts";
import { keysSection } from "./keys.ts";
import { revocationsSection } from "./revocations.ts";
import { rowsSection } from "./rows.ts";
import { secretsSection } from "./secrets.ts";
import { type Section, stateOf } from "./section.ts";
import { type SettingsInput, settingsSection } from "./settings.ts";

/** What to look at. Everything but the settings is optional. */
export interface StatusInput extends SettingsInput {
  /** Better Auth's base URL. Default: that of the settings. */
  readonly issuer: URL | undefined;
  /** The API's health endpoint. */
  readonly health: URL | undefined;
  /** The folder with the records of running processes, and the embedded database of Better Auth. */
  readonly dataFolder: string;
  /** Better Auth's SQLite file. Default: `auth.sqlite` in the data folder. */
  readonly authSqlite: string | undefined;
  /** Tables whose rows no request reaches. */
  readonly except: readonly string[];
}

/** The state of the system, as far as it can be seen from here. */
export interface Status {
  /** The worst of the sections: `wrong`, then `unknown`. */
  readonly state: "healthy" | "wrong" | "unknown";
  readonly sections: readonly Section[];
  /** What was not looked at, and how to do so. */
  readonly notLookedAt: readonly string[];
}

/** Looks at every part at once, each for a few seconds at most. The result has no token and no secret. */
export async function readStatus(input: StatusInput): Promise<Status> {
  const { result } = await withUsherWarnings(() => readAll(input));
  return result;
}

async function readAll(input: StatusInput): Promise<Status> {
  const { environment, dataFolder, authSqlite, except, health } = input;
  const [settings, secrets, keys, issuer, api, revocations, deliveries, rows] = await Promise.all([
    settingsSection(input),
    secretsSection(environment, dataFolder),
    keysSection(environment),
    issuerSection(input.issuer ?? issuerUrl(environment), environment),
    healthSection(health),
    revocationsSection(environment),
    deliveriesSection(environment, dataFolder, authSqlite),
    rowsSection(environment, except),
  ]);
  const asked: readonly (WithClock | undefined)[] = [issuer, api, revocations, deliveries, rows];
  const clocks = clocksSection(asked.flatMap((one) => one?.clock ?? []));
  const sections = [
    settings,
    secrets,
    keys,
    issuer?.section,
    api?.section,
    clocks,
    revocations?.section,
    deliveries?.section,
    rows?.section,
  ].filter((section) => section !== undefined);
  const state = stateOf(sections.flatMap(({ lines }) => lines));
  return {
    state: state === "ok" ? "healthy" : state,
    sections,
    notLookedAt: [
      ...(issuer === undefined ? ["the issuer (BETTER_AUTH_URL, or --issuer https://app.example.com)"] : []),
      ...(api === undefined
        ? ["the running API (--health https://api.example.com/health/ready, its health endpoint)"]
        : []),
      ...(revocations === undefined
        ? [
            "revocations (DATABASE_URL or REVOCATIONS_DATABASE_URL; only the API can open an embedded database)",
          ]
        : []),
      ...(deliveries === undefined
        ? ["deliveries of sign-outs (AUTH_DATABASE_URL, or --auth-sqlite <file>)"]
        : []),
      ...(rows === undefined ? ["row isolation (DATABASE_URL)"] : []),
    ],
  };
}
