/** The globals that identify a runtime. Each may be missing, or set by a polyfill. */
type RuntimeGlobals = {
  readonly navigator?: { readonly product?: unknown; readonly userAgent?: unknown };
  readonly process?: { readonly versions?: Readonly<Record<string, unknown>>; readonly env?: unknown };
  readonly Deno?: { readonly version?: unknown };
};

/**
 * Whether all code in this runtime serves one user: a page, a browser's worker, React Native, Electron.
 *
 * On a server (Node, Deno, Bun, Workers and other edge runtimes) one module serves many users. An unknown
 * runtime counts as a server. So does Node with a polyfilled `document` (such as jsdom), which servers use
 * too.
 */
export function isSingleUserRuntime(globals: RuntimeGlobals = globalThis): boolean {
  const versions = globals.process?.versions;
  if (versions?.electron !== undefined) return true;
  // Bun and Deno 2 also have `versions.node`. An element with the id "Deno" is a global too, but has no
  // version.
  if (versions?.node !== undefined || globals.Deno?.version !== undefined) return false;
  // "Gecko" in every browser and its workers (HTML standard, NavigatorID). The `navigator` of servers has no
  // product.
  const product = globals.navigator?.product;
  return product === "Gecko" || product === "ReactNative";
}

/** Whether this is a page or a worker of a browser, or of Electron. React Native is not. */
export function isBrowser(globals: RuntimeGlobals = globalThis): boolean {
  return isSingleUserRuntime(globals) && globals.navigator?.product === "Gecko";
}
