import { expect, vi } from "vitest";
import { WebSocket } from "ws";
import type { RevokingBench } from "../revoking.ts";
import { ask, closed, open } from "./support.ts";

/** A guarded app with a framework's own WebSockets, which answer each message with the user's id in it. */
export interface FrameworkBench extends RevokingBench {
  readonly host: string;
  /** The codes of the rejections so far. */
  readonly rejected: readonly string[];
  /** @param expiresIn In seconds. Default: 60. */
  token(user?: string, sid?: string, expiresIn?: number): string;
}

/** Needs fake timers. Sends "hello" and "still here" on the socket that gets a fresh token. */
export async function expectToEndWithToken(bench: FrameworkBench, path: string): Promise<void> {
  const { host, token, clock, revocations } = bench;
  const dial = (sid: string) => open(new WebSocket(`ws://${host}${path}`, ["bearer", token("alice", sid)]));
  const [left, revoked, renewed] = [await dial("left"), await dial("revoked"), await dial("renewed")];
  renewed.send(`usher.renew ${token("alice", "renewed", 600)}`);
  expect(await ask(renewed, "hello")).toContain("alice");

  const revokedClosed = closed(revoked);
  await revocations.revoke({ kind: "session", id: "revoked", before: clock() / 1000 });
  vi.advanceTimersByTime(500);
  expect(await revokedClosed).toEqual([4401, "token_revoked"]);

  const leftClosed = closed(left);
  clock.advance(60);
  vi.advanceTimersByTime(500);
  expect(await leftClosed).toEqual([4401, "token_expired"]);
  expect(await ask(renewed, "still here")).toContain("alice");
}

/** Opens a socket with one token and renews it with another, which must close it with this code. */
export async function expectRenewalToClose(
  { host, rejected }: FrameworkBench,
  path: string,
  [first, renewal]: readonly [string, string],
  code: string,
): Promise<void> {
  const socket = await open(new WebSocket(`ws://${host}${path}`, ["bearer", first]));
  socket.send(`usher.renew ${renewal}`);
  expect(await closed(socket)).toEqual([4403, code]);
  expect(rejected).toEqual([code]);
}
