import { createRequire } from "node:module";

/** A CommonJS package as a second installation of it would be: all of its modules loaded once more. */
export function anotherCopy<Exports>(name: string): Exports {
  const require = createRequire(import.meta.url);
  const loaded = { ...require.cache };
  for (const file of Object.keys(require.cache)) delete require.cache[file];
  try {
    return require(name);
  } finally {
    for (const file of Object.keys(require.cache)) delete require.cache[file];
    Object.assign(require.cache, loaded);
  }
}
