import { type Line, line, type Section } from "./section.ts";

/** How far another machine's clock is from this one's. */
export interface ClockOffset {
  /** Whose clock it is. */
  readonly of: string;
  /** Host and port of the server that was asked: two databases of one server have one clock. */
  readonly server: string;
  /** Seconds ahead of this machine's; negative if behind. */
  readonly ahead: number;
  /** Seconds by which `ahead` may be wrong, because the answer took time. */
  readonly margin: number;
}

/** Seconds. The verifier's default tolerance. A Date header, in whole seconds, cannot show much less. */
const clockTolerance = 5;

/** The offsets of all clocks that were read. */
export function clocksSection(offsets: readonly ClockOffset[]): Section {
  return {
    name: "clocks",
    lines: offsets.length === 0 ? [line("note", "no other clock could be read")] : linesOf(offsets),
    facts: { offsets: offsets.map(({ of, ahead }) => ({ of, ahead: Math.round(ahead * 10) / 10 })) },
  };
}

function linesOf(offsets: readonly ClockOffset[]): Line[] {
  const isOwn = isOwnFault(offsets);
  return [
    ...offsets.map((offset) => {
      const text = `${offset.of}: ${inWords(offset.ahead)}`;
      return isWithin(offset)
        ? line("ok", text)
        : line(
            "wrong",
            text,
            ...(isOwn ? [] : ["timedatectl set-ntp true # on the machine whose clock is wrong"]),
          );
    }),
    ...(isOwn
      ? [
          line(
            "wrong",
            "The others agree with one another: this machine's clock is wrong.",
            "timedatectl set-ntp true # on this machine",
          ),
        ]
      : []),
  ];
}

function isWithin({ ahead, margin }: ClockOffset): boolean {
  return Math.abs(ahead) - margin <= clockTolerance;
}

function inWords(ahead: number): string {
  const seconds = Math.abs(ahead);
  if (seconds < 1) return "the same time as here, to a second";
  return `${seconds.toFixed(1)} s ${ahead > 0 ? "ahead of" : "behind"} this machine`;
}

/** All others, at least two servers, are far from this machine, and near to one another. */
function isOwnFault(offsets: readonly ClockOffset[]): boolean {
  if (new Set(offsets.map(({ server }) => server)).size < 2) return false;
  const values = offsets.map(({ ahead }) => ahead);
  return !offsets.some(isWithin) && Math.max(...values) - Math.min(...values) <= clockTolerance;
}
