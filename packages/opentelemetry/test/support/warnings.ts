import { onTestFinished, vi } from "vitest";

/** A process warning. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** The process warnings until the test is over, which are not printed. */
export function collectWarnings(): Warning[] {
  const warnings: Warning[] = [];
  const spy = vi.spyOn(process, "emitWarning").mockImplementation(((message: string, { code }: Warning) => {
    warnings.push({ code, message });
  }) as never);
  onTestFinished(() => spy.mockRestore());
  return warnings;
}
