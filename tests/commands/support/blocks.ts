import { fileURLToPath } from "node:url";
import { findCommandBlocks } from "../../../scripts/check/commands/command-blocks.ts";
import { matchProofs, type Place } from "../../../scripts/check/commands/proofs.ts";
import { registry } from "../registry.ts";
import type { RunnableBlock } from "./run-block.ts";

/** The repository whose documents are read. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

/** The blocks that run in this place, by document, with a title for each. */
export function blocksAt(place: Place): [title: string, block: RunnableBlock][] {
  return matchProofs(findCommandBlocks(root), registry)
    .proven.filter((block): block is RunnableBlock => block.proof.kind === "runs" && block.proof.at === place)
    .map((block) => [`${block.file}:${block.line} ${block.text.split("\n")[0]}`, block]);
}
