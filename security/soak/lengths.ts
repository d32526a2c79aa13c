/** How long a soak takes, in seconds, and in how many requests a second; undefined: as many as there can be. */
export interface SoakLength {
  readonly seconds: number;
  readonly rate?: number;
}

/** Of `npm run test:soak`, unless it is told otherwise. */
export const longSoak: SoakLength = { seconds: 600 };

/** In `npm test`: at a pace that leaves the machine to the suites beside it. */
export const shortSoak: SoakLength = { seconds: 20, rate: 80 };
