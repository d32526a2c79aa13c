import { CannotRun } from "../command-line/command.ts";
import { isMembers, type Members, membersOf } from "./document.ts";
import { parameterInPath } from "./operation.ts";

/** Where requests go. `path` is a prefix for each of the document's paths. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  /** A note for the report if the document names another server than the audited one. */
  readonly note: string | undefined;
}

/**
 * Where to send requests: to the server that the user named; else to the origin that the document came from,
 * even if the document names another one, so that a document cannot send tokens elsewhere; else, for a
 * document in a file, to its first server.
 *
 * @throws {CannotRun} No server is known, or its address is not valid.
 */
export function targetOf(root: Members, given: string | undefined, source: URL | undefined): Target {
  if (given !== undefined) return { ...split(parseAddress(given, "--server")), note: undefined };
  const named = firstServer(root);
  if (source === undefined) {
    if (named === undefined || !URL.canParse(named)) {
      throw new CannotRun("The document names no server with an absolute URL. Name one with --server.");
    }
    return { ...split(parseAddress(named, "the document's server")), note: undefined };
  }
  const server = parseAddress(new URL(named ?? "/", source).href, "the document's server");
  const isElsewhere = server.origin !== source.origin;
  return {
    origin: source.origin,
    path: split(server).path,
    note: isElsewhere
      ? `The document names the server ${server.origin}, but ${source.origin}, where the document came from, was audited. Use --server to audit another one.`
      : undefined,
  };
}

/** Whether the address is this machine (RFC 6761 section 6.3 for names). */
export function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname) || /^(.+\.)?localhost$/.test(hostname);
}

function parseAddress(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CannotRun(`${name} must be an absolute http or https URL.`);
  }
  if (url.username !== "" || url.password !== "")
    throw new CannotRun(`${name} must not contain credentials.`);
  return url;
}

function split(url: URL): Pick<Target, "origin" | "path"> {
  return { origin: url.origin, path: url.pathname.replace(/\/$/, "") };
}

/** The first server, with the defaults of its variables. */
function firstServer(root: Members): string | undefined {
  const [server] = Array.isArray(root.servers) ? root.servers : [];
  if (!isMembers(server) || typeof server.url !== "string") return undefined;
  const variables = membersOf(server.variables);
  return server.url.replaceAll(parameterInPath, (_, name: string) =>
    String(membersOf(variables[name]).default ?? ""),
  );
}
