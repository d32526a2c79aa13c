import { durationInWords } from "../../output/duration.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import type { Answer, NoAnswer } from "./probe.ts";

/** Seconds. The verifier's default tolerance. A Date header, in whole seconds, cannot show much less. */
const tolerance = 5;

/** Compares a server's clock, by its Date headers, with this machine's. */
export function clockSkew(server: string, answers: readonly (Answer | NoAnswer)[]): Diagnosis | undefined {
  const skews = answers.flatMap((answer) => (answer.kind === "answer" ? (certainSkew(answer) ?? []) : []));
  const least = skews.sort((one, other) => Math.abs(one) - Math.abs(other))[0];
  if (least === undefined || Math.abs(least) <= tolerance) return undefined;
  const direction = least > 0 ? "ahead of" : "behind";
  return errorFinding(
    "clock_skew",
    `The ${server}'s clock is ${durationInWords(least)} ${direction} this machine's.`,
    [
      `measured by its Date header; with a difference over ${tolerance} seconds valid tokens are rejected as expired or not yet valid`,
    ],
    ["timedatectl set-ntp true # on each machine: the issuer, the API and this one"],
  );
}

/** The part of the difference that a slow response does not explain. */
function certainSkew({ clockAhead, clockMargin }: Answer): number | undefined {
  if (clockAhead === undefined) return undefined;
  return Math.sign(clockAhead) * Math.max(0, Math.abs(clockAhead) - clockMargin);
}
