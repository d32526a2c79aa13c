import { createRequire } from "node:module";

/** Loads a second copy of a CommonJS package, like a second installation. */
export function anotherCopy<Exports>(name: string): Exports {
  const require = createRequire(import.meta.url);
  // The first one. A later import would otherwise find what is left of this copy in Node's own cache.
  require(name);
  const loaded = { ...require.cache };
  for (const file of Object.keys(require.cache)) delete require.cache[file];
  try {
    return require(name);
  } finally {
    for (const file of Object.keys(require.cache)) delete require.cache[file];
    Object.assign(require.cache, loaded);
  }
}
