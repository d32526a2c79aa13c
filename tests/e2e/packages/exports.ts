import type { Packed } from "./packed.ts";

/** The names that a package exports, by subpath: values first, then types. */
export function exportedNames({ manifest, read }: Packed): string {
  const lines: string[] = [];
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === "string") continue;
    const names = namesIn(read((target.types as string).replace("./", "")));
    const values = namesIn(read((target.default as string).replace("./", "")));
    lines.push(manifest.name + subpath.slice(1));
    lines.push(...values.map((name) => `  ${name}`));
    lines.push(...names.filter((name) => !values.includes(name)).map((name) => `  type ${name}`));
  }
  return lines.join("\n");
}

/** The bundler writes lists of names and exported declarations. */
function namesIn(code: string): string[] {
  const lists = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    (list as string).split(","),
  );
  const listed = lists.map(
    (name) =>
      name
        .trim()
        .replace(/^type /, "")
        .split(" as ")
        .at(-1) as string,
  );
  const declared = code.matchAll(
    /^export (?:declare )?(?:abstract )?(?:async )?(?:function|class|const|let|var|interface|type|enum) (\w+)/gm,
  );
  return [...new Set([...listed, ...[...declared].map(([, name]) => name as string)])].filter(Boolean).sort();
}
