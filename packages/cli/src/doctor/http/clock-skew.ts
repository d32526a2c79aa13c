import { durationInWords } from "../../output/duration.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import type { Answer, NoAnswer } from "./probe.ts";

/**
 * Seconds. What a verifier forgives by default; below it a Date header's whole seconds could not tell anyhow.
 */
const tolerance = 5;

/** A server's clock against this machine's, by its Date headers. */
export function clockSkew(server: string, answers: readonly (Answer | NoAnswer)[]): Diagnosis | undefined {
  const skews = answers.flatMap((answer) => (answer.kind === "answer" ? (answer.clockAhead ?? []) : []));
  const least = skews.sort((one, other) => Math.abs(one) - Math.abs(other))[0];
  if (least === undefined || Math.abs(least) <= tolerance) return undefined;
  const direction = least > 0 ? "ahead of" : "behind";
  return errorFinding(
    "clock_skew",
    `The clock of the ${server} is ${durationInWords(least)} ${direction} this machine's.`,
    [`its Date header says so; more than ${tolerance} seconds make good tokens expired, or not valid yet`],
    ["timedatectl set-ntp true # on each machine: issuer, API, and this one"],
  );
}
