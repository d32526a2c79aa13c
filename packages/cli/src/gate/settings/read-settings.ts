import { dirname, resolve } from "node:path";
import { commaSeparated } from "../../command-line/flag-values.ts";
import { checkHttp, hostAdvice, readInsecureHost } from "../../http/insecure-hosts.ts";
import { addressOf } from "../../openapi/load.ts";
import { type OwnerClaims, parseOwnerParams } from "../../openapi/owner-parameter.ts";
import type { Environment } from "../../terminal.ts";
import { readPolicy } from "../policy/policy.ts";
import { trustedProxies } from "../request/addresses.ts";
import { createCors } from "../request/cors.ts";
import { collectFaults, type Faults } from "./faults.ts";
import type { SettingsFlags } from "./flags.ts";
import { isOwnAddress } from "./own-address.ts";
import { type ParsedFile, parseSettingsFile } from "./parse-file.ts";
import { readRoutes } from "./routes.ts";
import { type SettingsFile, settingsSchema } from "./schema.ts";
import type { Settings } from "./settings.ts";

/**
 * Reads the settings: flags, else the file that `--config` names, else defaults. Checks all of them, and says
 * everything that is wrong at once.
 *
 * @param readFile Reads a text file.
 * @throws {CannotRun} No value is repeated: it may be a secret in the wrong place.
 */
export async function readSettings(
  flags: SettingsFlags,
  environment: Environment,
  readFile: (path: string) => Promise<string>,
): Promise<Settings> {
  const faults = collectFaults();
  const { config } = flags;
  const file = config === undefined ? undefined : parseSettingsFile(await readFile(config), config, faults);
  const content: SettingsFile = file?.content ?? {};
  const hosts = readHosts(content, environment, faults);
  const named = namesFor(flags, file);

  const settings: Settings = {
    host: readHost(flags.host ?? content.host ?? "127.0.0.1", named("host", "host"), faults),
    port: numberOf("port", flags.port, content.port, faults) ?? 8080,
    upstream: readUpstream(flags.upstream ?? content.upstream, named("upstream", "upstream"), hosts, faults),
    openapi: readPlace(flags, content, named("openapi", "openapi"), hosts, faults),
    basePath: readBasePath(flags["base-path"] ?? content.basePath, named("base-path", "basePath"), faults),
    rules: file === undefined ? [] : readRoutes(file, faults),
    ownerParams: readOwnerParams(flags["owner-param"], content.ownerParams, faults),
    cors: readCors(flags["cors-origin"], content.cors, environment, faults),
    trustedProxies: listOf(flags["trusted-proxy"]) ?? content.trustedProxies ?? [],
    allowInsecureHosts: hosts,
    timeout: milliseconds(numberOf("timeout", flags.timeout, content.timeout, faults) ?? 60),
    idleTimeout: milliseconds(
      numberOf("idleTimeout", flags["idle-timeout"], content.idleTimeout, faults) ?? 300,
    ),
    maxRequestBytes: numberOf("maxRequestBytes", flags["max-request-bytes"], content.maxRequestBytes, faults),
    metricsPort: numberOf("metricsPort", flags["metrics-port"], content.metricsPort, faults),
    revocations: readRevocations(flags.revocations, content.revocations, environment, faults),
  };
  const { rules: fileRules, ownerParams, upstream } = settings;
  if (upstream !== undefined && isOwnAddress(upstream, settings))
    faults.add(
      `The gate would listen on port ${settings.port}, the backend's. Give one of them another port: --port.`,
    );
  faults.try(() => trustedProxies(settings.trustedProxies));
  faults.try(() => createCors(settings.cors));
  const hasPolicy = (flags.openapi ?? content.openapi) !== undefined || settings.rules.length > 0;
  if (!hasPolicy && (config === undefined || file !== undefined))
    faults.add(
      "There are no routes. Name the backend's OpenAPI document with --openapi, or list routes in a file.",
    );
  // Its faults repeat those above.
  if (faults.isEmpty()) faults.try(() => readPolicy({ document: undefined, fileRules, ownerParams }));
  faults.throwIfAny();
  return settings;
}

/** How messages name a setting: by its flag, or by its place in the file. */
function namesFor(flags: SettingsFlags, file: ParsedFile | undefined) {
  return (flag: keyof SettingsFlags, setting: keyof SettingsFile) =>
    flags[flag] !== undefined || file === undefined ? `--${flag}` : `${file.at([setting])}:`;
}

function listOf(flag: string | undefined): string[] | undefined {
  return flag === undefined ? undefined : commaSeparated(flag);
}

function readHosts(content: SettingsFile, environment: Environment, faults: Faults): readonly string[] {
  const names = [
    ...commaSeparated(environment.USHER_ALLOW_INSECURE_HOSTS),
    ...(content.allowInsecureHosts ?? []),
  ];
  return names.flatMap((name, index) => {
    const host = readInsecureHost(name);
    if (host === undefined)
      faults.add(`allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS): entry ${index + 1} ${hostAdvice}`);
    return host ?? [];
  });
}

function readHost(host: string, name: string, faults: Faults): string {
  if (!/^[\w.:%-]+$/.test(host)) faults.add(`${name} must be an address or a host name, such as 0.0.0.0.`);
  return host;
}

/** The flags of numbers have the same range as in the file. */
function numberOf(
  setting: "port" | "timeout" | "idleTimeout" | "maxRequestBytes" | "metricsPort",
  flag: string | undefined,
  ofFile: number | undefined,
  faults: Faults,
): number | undefined {
  if (flag === undefined) return ofFile;
  const { minValue, maxValue, format } = settingsSchema.shape[setting].unwrap();
  const value = /^[0-9]+(?:\.[0-9]+)?$/.test(flag) ? Number(flag) : Number.NaN;
  const isInRange = value >= (minValue ?? 0) && value <= (maxValue ?? Number.MAX_SAFE_INTEGER);
  const isWhole = format === null || Number.isSafeInteger(value);
  if (isInRange && isWhole) return value;
  const name = setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const kind = format === null ? "a number" : "a whole number";
  const range = `from ${minValue} to ${maxValue ?? Number.MAX_SAFE_INTEGER}`;
  faults.add(`--${name} must be ${kind} ${range}.`);
  return undefined;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

function readUpstream(
  text: string | undefined,
  name: string,
  hosts: readonly string[],
  faults: Faults,
): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    faults.add(`${name} must be an http or https address, such as http://127.0.0.1:8000.`);
    return undefined;
  }
  if (url.username !== "" || url.password !== "") faults.add(`${name} must not contain credentials.`);
  if (url.pathname !== "/" || /[?#]/.test(text)) {
    faults.add(`${name} must have no path and no query: what a client asks for is what the backend gets.`);
  }
  faults.try(() => checkHttp(url, hosts, name));
  return url;
}

/** A file is relative to the settings file, if it is named there. */
function readPlace(
  flags: SettingsFlags,
  content: SettingsFile,
  name: string,
  hosts: readonly string[],
  faults: Faults,
): string | undefined {
  const place = flags.openapi ?? content.openapi;
  if (place === undefined) return undefined;
  // What `--openapi "$OPENAPI"` is without the variable.
  if (place.trim() === "") faults.add(`${name} is empty: name a file, or an http or https address.`);
  const address = faults.try(() => addressOf(place) ?? null);
  if (address === undefined) return undefined;
  if (address === null && /^[a-z][a-z0-9+.-]+:\/\//i.test(place))
    faults.add(`${name} must be a file, or an http or https address.`);
  if (address !== null) faults.try(() => checkHttp(address, hosts, name));
  const isFileOfSettings = address === null && flags.openapi === undefined && flags.config !== undefined;
  return isFileOfSettings ? resolve(dirname(flags.config as string), place) : place;
}

function readBasePath(text: string | undefined, name: string, faults: Faults): string | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith("/") || /[?#{}]|\/\//.test(text)) {
    faults.add(`${name} must be a path such as /api/v1, or / for nothing.`);
  }
  return text.replace(/\/$/, "");
}

function readOwnerParams(
  flag: string | undefined,
  ofFile: SettingsFile["ownerParams"],
  faults: Faults,
): OwnerClaims | null | undefined {
  const entries = flag === undefined ? undefined : commaSeparated(flag);
  if (entries !== undefined) {
    if (entries.length === 0) faults.add("--owner-param names no parameter. For no owner, pass none.");
    if (entries.length === 1 && entries[0] === "none") return null;
    return faults.try(() => parseOwnerParams(entries));
  }
  if (ofFile === undefined) return undefined;
  if (ofFile === "none") return null;
  const owners = Object.entries(ofFile);
  if (owners.length === 0 || owners.some(([name, claim]) => name === "" || claim === ""))
    faults.add(
      "ownerParams must name a parameter and its claim, as in { user_id: sub }. For no owner: none.",
    );
  return new Map(owners);
}

function readCors(
  flag: string | undefined,
  ofFile: SettingsFile["cors"],
  { BETTER_AUTH_URL: issuer }: Environment,
  faults: Faults,
): Settings["cors"] {
  const origins = listOf(flag);
  if (origins !== undefined) return origins.length === 1 && origins[0] === "none" ? false : origins;
  if (ofFile !== undefined) return ofFile;
  if (!issuer) return [];
  const url = URL.parse(issuer);
  if (url !== null && /^https?:$/.test(url.protocol)) return [url.origin];
  faults.add("BETTER_AUTH_URL must be an http or https address, such as https://app.example.com.");
  return [];
}

function readRevocations(
  flag: string | undefined,
  ofFile: SettingsFile["revocations"],
  { REVOCATIONS_DATABASE_URL: database }: Environment,
  faults: Faults,
): Settings["revocations"] {
  const places = settingsSchema.shape.revocations.unwrap().options;
  const given = flag ?? ofFile ?? (database ? "postgres" : "none");
  const place = places.find((candidate) => candidate === given);
  if (place === undefined) faults.add("--revocations must be postgres, memory or none.");
  if (place === "postgres" && !database)
    faults.add("REVOCATIONS_DATABASE_URL is not set. Set it to the database of the revocations.");
  return place ?? "none";
}
