import { homedir, tmpdir } from "node:os";
import { posix } from "node:path";
import { root } from "../../../scripts/release/pack.ts";
import { buildFolder, type Packed } from "./packed.ts";

/**
 * What a package may have in it. Everything else is there by mistake: tests, settings, an .env, a
 * binding.gyp.
 */
const allowed =
  /^(?:LICENSE|README\.md|package\.json|bin\/[\w-]+\.js|dist\/.+\.(?:js|js\.map|d\.ts)|src\/.+\.ts)$/;
const ofTests =
  /(?:^|\/)(?:__)?(?:tests?|fixtures?|mocks?|snapshots?)(?:__)?\/|\.(?:test|spec|bench)\.|(?:^|\/)\.env/;

/** The files of every package. The part of a name that changes with the code is left out. */
export function fileList(packages: readonly Packed[]): string {
  const blocks = packages.map(({ manifest, files }) => {
    const names = files.map((file) => file.replace(/(?<=^dist\/.*)-[\w-]{8}(?=\.(?:js|d\.ts))/, "-[hash]"));
    return [manifest.name, ...names.sort().map((name) => `  ${name}`)].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** Files that have no business in a package. */
export function strangers({ files }: Packed): string[] {
  return files.filter((file) => !allowed.test(file) || ofTests.test(file));
}

/** Files that name a folder of the machine that they were built on, or any other home. */
export function absolutePaths({ files, read }: Packed): string[] {
  const places = [root, homedir(), tmpdir(), buildFolder].filter((place) => place.length > 1);
  const homes = /file:\/\/\/|(?:\/home|\/Users|\/root|\\Users)[/\\]\w/;
  return files.filter((file) => {
    const text = read(file);
    return homes.test(text) || places.some((place) => text.includes(place));
  });
}

/** What is wrong with the source maps: each leads to sources in the same package, and quotes nothing else. */
export function faultsOfSourceMaps({ files, read }: Packed): string[] {
  return files
    .filter((file) => file.endsWith(".map"))
    .flatMap((map) => {
      const { sources, sourcesContent, sourceRoot } = JSON.parse(read(map)) as SourceMap;
      const faults = sources.flatMap((source, index) => {
        const file = posix.join(posix.dirname(map), source);
        if (!files.includes(file)) return [`${map}: ${source} is not in the package`];
        // A bundler quotes nothing, or blanks, of what is no code.
        const quoted = sourcesContent?.[index]?.trim() || undefined;
        return quoted === undefined || quoted === read(file).trim()
          ? []
          : [`${map}: quotes another ${source}`];
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

/** What package.json promises and the package does not have, and what it has that `files` does not name. */
export function unkeptPromises({ manifest, files }: Packed): string[] {
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
 * Dependencies that do not say what they are: any version at all, a tag, a place outside of the registry,
 * another name. Ours are asked for by the very version that is released with them. An optional peer is a
 * framework: its adapter judges its version, so that any may stand beside the rest.
 */
export function vagueDependencies({ manifest }: Packed, ours: ReadonlyMap<string, string>): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest;
  const isFramework = (name: string, version: string) =>
    version === "*" && peerDependenciesMeta?.[name]?.optional === true;
  const range = /^(?:\^|~|>=)?\d+\.\d+\.\d+(?: \|\| \^?\d+\.\d+\.\d+)*$/;
  return Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .filter(([name, version]) => !isFramework(name, version))
    .filter(([name, version]) => !range.test(version) || (ours.has(name) && ours.get(name) !== version))
    .map(([name, version]) => `${name}@${version}`);
}
