/** What tells one runtime from another. Every member may be missing, or be an imitation. */
type RuntimeGlobals = {
  readonly navigator?: { readonly product?: unknown; readonly userAgent?: unknown };
  readonly process?: { readonly versions?: Readonly<Record<string, unknown>>; readonly env?: unknown };
  readonly Deno?: { readonly version?: unknown };
};

/**
 * Whether everything that runs here belongs to one person: a page, a worker of a browser, React Native,
 * Electron.
 *
 * On a server (Node, Deno, Bun, Workers and other edge runtimes) one module serves many people. What is
 * unknown counts as a server, and so does Node with an imitated `document` (jsdom and the like): servers have
 * that too.
 */
export function belongsToOnePerson(globals: RuntimeGlobals = globalThis): boolean {
  const versions = globals.process?.versions;
  if (versions?.electron !== undefined) return true;
  // Bun and Deno 2 have `versions.node` too. A page's element with the id "Deno" is a global as well, and has
  // no version.
  if (versions?.node !== undefined || globals.Deno?.version !== undefined) return false;
  // "Gecko" in every browser, its workers included (HTML standard, NavigatorID); the servers' `navigator` has
  // no product.
  const product = globals.navigator?.product;
  return product === "Gecko" || product === "ReactNative";
}
