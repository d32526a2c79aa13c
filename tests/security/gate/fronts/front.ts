/** What stands before a backend: the gate, another proxy, or nothing. */
export interface Front {
  readonly port: number;
  /** What its processes have printed. */
  log(): string;
  /** Whether a process ended by itself. */
  hasEnded(): boolean;
  stop(): Promise<void>;
}
