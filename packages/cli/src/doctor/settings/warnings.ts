/**
 * Runs something and catches what Usher warns of meanwhile, which Node would print. Warnings of others go
 * where they went before.
 */
export async function withUsherWarnings<Result>(
  run: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly codes: ReadonlySet<string> }> {
  const codes = new Set<string>();
  const others = process.listeners("warning");
  const collect = (warning: Error & { code?: string }): void => {
    if (warning.name === "UsherWarning") codes.add(warning.code ?? "");
    else for (const listener of others) listener(warning);
  };
  process.removeAllListeners("warning");
  process.on("warning", collect);
  try {
    const result = await run();
    // A warning is told at the next tick.
    await new Promise(setImmediate);
    return { result, codes };
  } finally {
    process.off("warning", collect);
    for (const listener of others) process.on("warning", listener);
  }
}
