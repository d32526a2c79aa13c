/** What the requests of a soak have led to. */
export class Tally {
  /** Answers that were as they should be, by kind of request. */
  readonly right = new Map<string, number>();
  /** Requests that failed while the gate or the backend was killed and started. */
  cut = 0;
  /** Failures without such a reason, and answers of someone else: the first few are described. */
  wrong = 0;
  /** Requests that did not end. */
  hung = 0;
  readonly findings: string[] = [];

  succeeded(kind: string): void {
    this.right.set(kind, (this.right.get(kind) ?? 0) + 1);
  }

  found(what: string): void {
    this.wrong++;
    if (this.findings.length < 20) this.findings.push(what);
  }

  get answered(): number {
    return [...this.right.values()].reduce((sum, number) => sum + number, 0);
  }
}
