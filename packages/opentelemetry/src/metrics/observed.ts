import type { Meter } from "@opentelemetry/api";

const ofMeters = new WeakMap<Meter, Map<string, Set<string>>>();

/**
 * The series of an observable instrument that have had a value. An SDK repeats the last value of a series
 * that is not observed, also after the recording has ended and begun again: so this is kept for each meter.
 */
export function observedSeries(meter: Meter, instrument: string): Set<string> {
  const ofMeter = ofMeters.get(meter) ?? new Map<string, Set<string>>();
  ofMeters.set(meter, ofMeter);
  const series = ofMeter.get(instrument) ?? new Set<string>();
  ofMeter.set(instrument, series);
  return series;
}
