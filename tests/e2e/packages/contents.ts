import { homedir, tmpdir } from "node:os";
import { posix } from "node:path";
import { root } from "../../../scripts/release/pack.ts";
import { buildFolder, type Packed } from "./packed.ts";

/** The files that a package may contain. Anything else is a mistake: tests, settings, .env, binding.gyp. */
const allowed =
  /^(?:LICENSE|README\.md|package\.json|bin\/[\w-]+\.js|dist\/.+\.(?:js|js\.map|d\.ts)|grafana\/[\w.-]+\.json|prometheus\/[\w.-]+\.yml|schema\/[\w.-]+\.json|src\/.+\.ts)$/;
/** The projects that `usher-auth init` creates have tests, and settings under another name. */
const starters = /^starters\/[\w-]+\//;
const ofTests =
  /(?:^|\/)(?:__)?(?:tests?|fixtures?|mocks?|snapshots?)(?:__)?\/|\.(?:test|spec|bench)\.|(?:^|\/)\.env/;

/** The files of every package, without the hashes in names of bundles. */
export function fileList(packages: readonly Packed[]): string {
  const blocks = packages.map(({ manifest, files }) => {
    const names = files.map((file) => file.replace(/(?<=^dist\/.*)-[\w-]{8}(?=\.(?:js|d\.ts))/, "-[hash]"));
    return [manifest.name, ...names.sort().map((name) => `  ${name}`)].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** Files that a package must not contain. */
export function unexpectedFiles({ files }: Packed): string[] {
  return files.filter((file) => !starters.test(file) && (!allowed.test(file) || ofTests.test(file)));
}

/** Files that contain a path of the machine that built them, or of any home folder. */
export function absolutePaths({ files, read }: Packed): string[] {
  const places = [root, homedir(), tmpdir(), buildFolder].filter((place) => place.length > 1);
  const homes = /file:\/\/\/|(?:\/home|\/Users|\/root|\\Users)[/\\]\w/;
  return files.filter((file) => {
    const text = read(file);
    return homes.test(text) || places.some((place) => text.includes(place));
  });
}

/** Source maps that do not lead to the package's own sources, or that quote something else. */
export function sourceMapErrors({ files, read }: Packed): string[] {
  return files
    .filter((file) => file.endsWith(".map"))
    .flatMap((map) => {
      const { sources, sourcesContent, sourceRoot } = JSON.parse(read(map)) as SourceMap;
      const faults = sources.flatMap((source, index) => {
        const file = posix.join(posix.dirname(map), source);
        if (!files.includes(file)) return [`${map}: ${source} is not in the package`];
        // A bundler quotes nothing, or blanks, for a file without code.
        const quoted = sourcesContent?.[index]?.trim() || undefined;
        return quoted === undefined || quoted === read(file).trim()
          ? []
          : [`${map}: quotes another version of ${source}`];
      });
      return sourceRoot === undefined || sourceRoot === ""
        ? faults
        : [...faults, `${map}: sourceRoot ${sourceRoot}`];
    });
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly sourceRoot?: string;
}

/** Files that package.json names and the package lacks, and files that `files` does not list. */
export function manifestMismatches({ manifest, files }: Packed): string[] {
  const exported = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
  const targets = [...exported, ...Object.values(manifest.bin ?? {})].map((target) =>
    target.replace(/^\.\//, ""),
  );
  const folders = manifest.files ?? [];
  return [
    ...targets.filter((target) => !files.includes(target)),
    ...folders.filter((folder) => !files.some((file) => file.startsWith(`${folder}/`))),
    ...files.filter((file) => file.includes("/") && !folders.includes(file.split("/")[0] as string)),
  ];
}

/**
 * Dependencies without a version range: any version, a tag, a URL, an alias. The packages of this repository
 * must require each other in the exact version. Optional peers are frameworks and may have any version,
 * because the adapter checks it.
 */
export function looseDependencies({ manifest }: Packed, ours: ReadonlyMap<string, string>): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest;
  const isFramework = (name: string, version: string) =>
    version === "*" && peerDependenciesMeta?.[name]?.optional === true;
  const range = /^(?:\^|~|>=)?\d+\.\d+\.\d+(?: \|\| \^?\d+\.\d+\.\d+)*$/;
  return Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .filter(([name, version]) => !isFramework(name, version))
    .filter(([name, version]) => !range.test(version) || (ours.has(name) && ours.get(name) !== version))
    .map(([name, version]) => `${name}@${version}`);
}
