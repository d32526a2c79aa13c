import { CannotRun } from "../../command-line/command.ts";
import { checkHttp } from "../../http/insecure-hosts.ts";
import { parseAnyPaths } from "../../openapi/document.ts";
import { addressOf } from "../../openapi/load.ts";
import type { Settings } from "../settings/settings.ts";
import { type Changes, changesBetween } from "./changes.ts";
import { readPolicy } from "./policy.ts";
import { type Reader, readerOfAddress, readerOfFile } from "./reader.ts";
import type { Policy, PolicySource } from "./rule.ts";

/** What a log should say of the policy. Texts have no control characters and no secrets. */
export type PolicyEvent =
  | { readonly type: "loaded"; readonly policy: Policy }
  | { readonly type: "changed"; readonly policy: Policy; readonly changes: Changes }
  /** Not for every attempt: once, and again at most once a minute if the reason is another one. */
  | { readonly type: "failed"; readonly reason: string; readonly isServing: boolean }
  | { readonly type: "recovered" };

/** The settings that make the policy. */
export type PolicySettings = Pick<
  Settings,
  "openapi" | "rules" | "ownerParams" | "basePath" | "allowInsecureHosts"
>;

/** Milliseconds. */
export interface PolicyTimes {
  /** Between two readings of an address. Default: 10 s. */
  readonly interval?: number;
  /** Between two looks at a file. Default: 2 s. */
  readonly fileInterval?: number;
  /** Between two attempts while there is no policy. Default: 1 s. */
  readonly firstInterval?: number;
  /** For one response. Default: 10 s. */
  readonly timeout?: number;
}

const minute = 60_000;

/**
 * Opens the source of the policy. The document is read again when it changes. While it cannot be read or is
 * not valid, the last good one serves.
 *
 * @throws {CannotRun} The rules of the file, or the address of the document, are not valid.
 */
export function openPolicySource(
  settings: PolicySettings,
  onEvent: (event: PolicyEvent) => void,
  times: PolicyTimes = {},
): PolicySource {
  // Faults of the file's own rules are said at once, whether or not there is a document yet.
  const fromFile = policyOf(undefined, settings);
  const reader = readerOf(settings, times.timeout);
  if (reader === undefined) {
    onEvent({ type: "loaded", policy: fromFile });
    return fixedSource(fromFile);
  }
  const usual = reader.isFile ? (times.fileInterval ?? 2000) : (times.interval ?? 10_000);
  const whileEmpty = Math.min(usual, times.firstInterval ?? 1000);
  const first = Promise.withResolvers<void>();
  let policy: Policy | undefined;
  let readAt: number | undefined;
  let failure: { readonly reason: string; readonly reportedAt: number } | undefined;
  let attempt = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function report(event: PolicyEvent): void {
    try {
      onEvent(event);
    } catch {
      // A log that fails must not stop the reading.
    }
  }

  /** Not of a new description or schema: they guard nothing. */
  function reportChanges(before: Policy, after: Policy): void {
    const changes = changesBetween(before, after);
    if (changes.loosened.length + changes.others.length > 0)
      report({ type: "changed", policy: after, changes });
  }

  function accept(next: Policy | undefined): void {
    const before = policy;
    if (failure !== undefined && before !== undefined) report({ type: "recovered" });
    failure = undefined;
    readAt = Date.now();
    if (next === undefined) return;
    policy = next;
    if (before === undefined) report({ type: "loaded", policy });
    else reportChanges(before, policy);
    first.resolve();
  }

  function fail(error: unknown): void {
    const reason = error instanceof CannotRun ? error.message : `Unexpected: ${String(error)}`;
    const isReported =
      failure !== undefined && (failure.reason === reason || Date.now() < failure.reportedAt + minute);
    if (!isReported) report({ type: "failed", reason, isServing: policy !== undefined });
    failure = { reason, reportedAt: isReported && failure !== undefined ? failure.reportedAt : Date.now() };
  }

  async function poll({ read }: Reader<Policy>): Promise<void> {
    attempt = new AbortController();
    try {
      const next = await read(attempt.signal);
      if (!isClosed) accept(next);
    } catch (error) {
      if (!isClosed) fail(error);
    }
    if (!isClosed) timer = setTimeout(poll, policy === undefined ? whileEmpty : usual, { read });
  }

  void poll(reader);
  return {
    current: () => policy,
    ready: () => first.promise,
    status: () => ({ readAt, failure: failure?.reason }),
    close() {
      isClosed = true;
      clearTimeout(timer);
      attempt.abort();
    },
  };
}

/**
 * Reads the policy once, for `--explain`.
 *
 * @throws {CannotRun} It cannot be read, or is not valid.
 */
export async function loadPolicy(settings: PolicySettings): Promise<Policy> {
  const fromFile = policyOf(undefined, settings);
  return (await readerOf(settings)?.read(new AbortController().signal)) ?? fromFile;
}

/** @throws {CannotRun} */
function readerOf(
  settings: PolicySettings,
  timeout = 10_000,
): (Reader<Policy> & { readonly isFile: boolean }) | undefined {
  const { openapi, allowInsecureHosts } = settings;
  if (openapi === undefined) return undefined;
  const parse = (text: string, name: string) => policyOf(parseAnyPaths(text, name), settings);
  const address = addressOf(openapi);
  if (address === undefined) return { ...readerOfFile(openapi, parse), isFile: true };
  checkHttp(address, allowInsecureHosts, "openapi");
  return { ...readerOfAddress(address, parse, timeout), isFile: false };
}

function policyOf(document: Parameters<typeof readPolicy>[0]["document"], settings: PolicySettings): Policy {
  const { rules: fileRules, ownerParams, basePath } = settings;
  return readPolicy({ document, fileRules, ownerParams, basePath });
}

function fixedSource(policy: Policy): PolicySource {
  const readAt = Date.now();
  return {
    current: () => policy,
    ready: () => Promise.resolve(),
    status: () => ({ readAt, failure: undefined }),
    close: () => undefined,
  };
}
