/** The unit of a suite's numbers. */
export type Unit = "nanoseconds" | "requests" | "megabytes" | "seconds" | "package";

export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** The contender that the others are compared with. Default: Usher, of which there is one. */
  readonly baseline?: string;
  /** Whether `--quick` runs it. */
  readonly isQuick: boolean;
  /** Whether it returns columns and notes beside the values. */
  readonly isDetailed?: boolean;
  readonly run: (isQuick: boolean) => unknown;
}
