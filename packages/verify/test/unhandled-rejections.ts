import { afterEach, beforeEach, expect } from "vitest";

/** Makes each test of this file or suite fail that leaves a rejection unhandled: it would end the process. */
export function expectNoUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  beforeEach(() => void process.on("unhandledRejection", note));
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled.splice(0)).toEqual([]);
  });
}
