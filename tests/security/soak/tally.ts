/** The counts of a soak. */
export class Tally {
  requests = 0;
  hostile = 0;
  /** Connections that failed while the API was being restarted. */
  unanswered = 0;
  /** Wrong answers; the first few are described. */
  wrong = 0;
  readonly findings: string[] = [];
  #latencies: number[] = [];

  answered(milliseconds: number, isHostile: boolean): void {
    this.requests++;
    if (isHostile) this.hostile++;
    this.#latencies.push(milliseconds);
  }

  found(what: string): void {
    this.wrong++;
    if (this.findings.length < 20) this.findings.push(what);
  }

  /** The duration of every response in milliseconds. */
  percentile(percent: number): number {
    const sorted = Float64Array.from(this.#latencies).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
  }
}
