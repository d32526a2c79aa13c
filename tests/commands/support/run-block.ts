import { expect } from "vitest";
import { commandsOf, type ProvenBlock } from "../../../scripts/check/commands/proofs.ts";
import { type Running, type Shell, start } from "./shell.ts";

/** A block that tests/commands runs. */
export type RunnableBlock = ProvenBlock & { readonly proof: Extract<ProvenBlock["proof"], { kind: "runs" }> };

/** Milliseconds between two attempts to reach a server that is starting. */
const pause = 500;

/**
 * Runs a block in the shell, and checks what its proof expects. `change` puts in real addresses and secrets.
 *
 * @returns What the block leaves running, for the caller to stop.
 */
export async function runBlock(
  block: RunnableBlock,
  shell: Shell,
  change = (text: string) => text,
): Promise<readonly Running[]> {
  const { code = 0, prints = "", until, separately } = block.proof;
  if (separately) {
    return runSeparately(block, shell, change);
  }
  const running = start(change(block.text), shell);
  if (until !== undefined) {
    await running.says(until);
    return [running];
  }
  const ended = await running.ended;
  expect(ended.code, ended.output).toBe(code);
  expect(ended.output).toContain(prints);
  // A server in the background.
  return [running];
}

/**
 * Runs each command in a separate terminal. One that says `until` runs until the next command. Without
 * `until`, all except the last keep running, and the last is repeated until they answer it.
 */
async function runSeparately(
  { text, proof: { prints = "", until } }: RunnableBlock,
  shell: Shell,
  change: (text: string) => string,
): Promise<readonly Running[]> {
  const commands = commandsOf(text).map(change);
  const servers: Running[] = [];
  try {
    for (const [index, command] of commands.entries()) {
      if (until !== undefined) for (const server of servers.splice(0)) await server.stop();
      const running = start(command, shell);
      servers.push(running);
      if (until !== undefined) {
        const isServer = await Promise.race([
          running.says(until).then(
            () => true,
            () => false,
          ),
          running.ended.then(() => false),
        ]);
        if (!isServer) expect((await running.ended).code, running.output()).toBe(0);
      } else if (index === commands.length - 1) {
        await repeat(running, command, shell, prints);
      }
    }
  } catch (error) {
    for (const server of servers) await server.stop();
    throw error;
  }
  return servers;
}

async function repeat(first: Running, command: string, shell: Shell, prints: string): Promise<void> {
  let last = await first.ended;
  for (let attempt = 0; attempt < 60 && last.code !== 0; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    last = await start(command, shell).ended;
  }
  expect(last.code, last.output).toBe(0);
  expect(last.output).toContain(prints);
}
