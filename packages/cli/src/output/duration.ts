const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** A duration in words, rounded to a unit: "5 minutes", "3 days". The sign of `seconds` is ignored. */
export function durationInWords(seconds: number): string {
  const length = Math.abs(Math.round(seconds));
  const [unit, size] = units.find(([, least]) => length >= 2 * least) ?? (["second", 1] as const);
  const count = Math.round(length / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * A NumericDate (RFC 7519 section 2) as ISO 8601, and its distance from `now`. Both in seconds since 1970.
 */
export function instantInWords(instant: number, now: number): string {
  const date = new Date(instant * 1000);
  const away = instant - now;
  const distance = away >= 0 ? `in ${durationInWords(away)}` : `${durationInWords(away)} ago`;
  return Number.isNaN(date.getTime()) ? "not a valid date" : `${date.toISOString()}, ${distance}`;
}
