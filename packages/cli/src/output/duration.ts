const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/**
 * A length of time for a person, rounded to its largest fitting unit: "5 minutes", "3 days". Seconds, sign
 * ignored.
 */
export function durationInWords(seconds: number): string {
  const length = Math.abs(Math.round(seconds));
  const [unit, size] = units.find(([, least]) => length >= 2 * least) ?? (["second", 1] as const);
  const count = Math.round(length / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * A NumericDate (RFC 7519 section 2) for a person: the instant, and how far it is from `now`. Both in
 * seconds.
 */
export function instantInWords(instant: number, now: number): string {
  const date = new Date(instant * 1000);
  const away = instant - now;
  const distance = away >= 0 ? `in ${durationInWords(away)}` : `${durationInWords(away)} ago`;
  return Number.isNaN(date.getTime()) ? "no date that exists" : `${date.toISOString()}, ${distance}`;
}
