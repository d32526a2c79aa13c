import { durationInWords } from "../../output/duration.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import type { Answer, NoAnswer } from "./probe.ts";

/** Seconds. The verifier's default tolerance. A Date header, in whole seconds, cannot show much less. */
const tolerance = 5;

/** Compares a server's clock, by its Date headers, with this machine's. */
export function clockSkew(server: string, answers: readonly (Answer | NoAnswer)[]): Diagnosis | undefined {
  const skews = answers.flatMap((answer) => (answer.kind === "answer" ? (certainSkew(answer) ?? []) : []));
  const least = skews.sort((one, other) => Math.abs(one) - Math.abs(other))[0];
  return least === undefined
    ? undefined
    : skewFinding(`The ${server}'s`, least, "measured by its Date header");
}

/** The same for a clock that was read otherwise, which may be wrong by `margin` seconds. */
export function clockFinding(of: string, ahead: number, margin: number): Diagnosis | undefined {
  return skewFinding(`${capitalized(of)}'s`, certain(ahead, margin), "measured by asking it for the time");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function skewFinding(whose: string, least: number, how: string): Diagnosis | undefined {
  if (Math.abs(least) <= tolerance) return undefined;
  const direction = least > 0 ? "ahead of" : "behind";
  return errorFinding(
    "clock_skew",
    `${whose} clock is ${durationInWords(least)} ${direction} this machine's.`,
    [
      `${how}; with a difference over ${tolerance} seconds valid tokens are rejected as expired or not yet valid`,
    ],
    ["timedatectl set-ntp true # on each machine: the issuer, the API and this one"],
  );
}

/** The part of the difference that a slow response does not explain. */
function certainSkew({ clockAhead, clockMargin }: Answer): number | undefined {
  if (clockAhead === undefined) return undefined;
  return certain(clockAhead, clockMargin);
}

function certain(ahead: number, margin: number): number {
  return Math.sign(ahead) * Math.max(0, Math.abs(ahead) - margin);
}
