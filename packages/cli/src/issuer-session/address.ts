import { CannotRun } from "../command-line/command.ts";
import { commaSeparated } from "../command-line/flag-values.ts";
import { checkHttp, hostAdvice, isLoopback, readInsecureHost } from "../http/insecure-hosts.ts";
import { trimTrailingSlashes } from "../input/trim.ts";
import type { Environment } from "../terminal.ts";

/** Where Better Auth's endpoints are. */
export interface IssuerAddress {
  /** Of the server: requests and cookies go there only. */
  readonly origin: string;
  /** Origin and path of the endpoints: `https://app.example.com/api/auth`. */
  readonly base: string;
  readonly isThisMachine: boolean;
}

/** Where the address of the issuer comes from. */
export interface IssuerPlace {
  /** The value of `--issuer`. Default: BETTER_AUTH_URL of `environment`. */
  readonly issuer: string | undefined;
  /** The value of `--base-path`. Default: the URL's path, else `/api/auth`, as Better Auth reads it. */
  readonly basePath: string | undefined;
  readonly environment: Environment;
  /** Where the environment comes from, for messages. */
  readonly environmentName: string;
}

/**
 * The address of Better Auth.
 *
 * @throws {CannotRun} There is none, it is not an http or https URL, has credentials in it, or is plain http
 *   to another machine that `USHER_ALLOW_INSECURE_HOSTS` does not name: the password would be sent in clear text.
 */
export function issuerAddress({
  issuer,
  basePath,
  environment,
  environmentName,
}: IssuerPlace): IssuerAddress {
  const name = issuer === undefined ? "BETTER_AUTH_URL" : "--issuer";
  const text = issuer ?? environment.BETTER_AUTH_URL ?? "";
  if (text === "")
    throw new CannotRun(
      `There is no BETTER_AUTH_URL in ${environmentName}. Name the issuer with --issuer http://localhost:3000, or its settings with --env.`,
    );
  const url = URL.parse(text.trim());
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new CannotRun(`${name} must be an http:// or https:// URL, such as http://localhost:3000.`);
  if (url.username !== "" || url.password !== "")
    throw new CannotRun(`${name} must not contain credentials: they would be printed.`);
  checkHttp(url, insecureHosts(environment), name);
  const path = trimTrailingSlashes(readBasePath(basePath) ?? url.pathname) || "/api/auth";
  return { origin: url.origin, base: url.origin + path, isThisMachine: isLoopback(url.hostname) };
}

function readBasePath(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const url = URL.parse(path, "http://localhost");
  // Another host, a query and dot segments are not a path.
  if (!path.startsWith("/") || url?.pathname !== path)
    throw new CannotRun("--base-path must be a path, such as /api/auth.");
  return path;
}

function insecureHosts({ USHER_ALLOW_INSECURE_HOSTS }: Environment): string[] {
  return commaSeparated(USHER_ALLOW_INSECURE_HOSTS).map((name, index) => {
    const host = readInsecureHost(name);
    if (host === undefined)
      throw new CannotRun(`USHER_ALLOW_INSECURE_HOSTS: entry ${index + 1} ${hostAdvice}`);
    return host;
  });
}
