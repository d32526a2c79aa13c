import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Manifest, publicPackages, readManifest, root } from "./pack.ts";

/** What decides whether the repository is ready for a release. */
export interface State {
  /** The output of `git status --porcelain`: empty if everything is committed. */
  readonly uncommitted: string;
  /** The version of the repository itself. */
  readonly version: string;
  /** The public packages. */
  readonly manifests: readonly Manifest[];
  readonly changelog: string;
}

export async function readState(): Promise<State> {
  const folders = await publicPackages();
  return {
    uncommitted: await git("status", "--porcelain"),
    version: JSON.parse(await readFile(join(root, "package.json"), "utf8")).version,
    manifests: await Promise.all(folders.map(readManifest)),
    changelog: await readFile(join(root, "CHANGELOG.md"), "utf8"),
  };
}

/** The time of the commit, which everything in the release gets. */
export async function commitTime(): Promise<Date> {
  return new Date(Number(await git("log", "-1", "--format=%ct")) * 1000);
}

/** Why the repository is not ready for a release, each with what to do about it. */
export function obstacles({ uncommitted, version, manifests, changelog }: State): string[] {
  return [
    ...(uncommitted === "" ? [] : ["the working tree has changes: commit or stash them"]),
    ...manifests.flatMap((manifest) => faultsOf(manifest, version, manifests)),
    ...faultsOfChangelog(changelog, version),
  ];
}

function faultsOf(manifest: Manifest, version: string, manifests: readonly Manifest[]): string[] {
  const ours = new Set(manifests.map(({ name }) => name));
  const wanted = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  const stale = Object.entries(wanted).filter(
    ([name, wantedVersion]) => ours.has(name) && wantedVersion !== version,
  );
  return [
    ...(manifest.version === version
      ? []
      : [`${manifest.name} is ${manifest.version}, the others are ${version}`]),
    ...stale.map(
      ([name, wantedVersion]) => `${manifest.name} requires ${name}@${wantedVersion} instead of ${version}`,
    ),
    // npm requires it for provenance, and it cannot be added to a tarball later.
    ...(manifest.repository === undefined
      ? [`${manifest.name} has no "repository", which npm requires for provenance`]
      : []),
  ];
}

function faultsOfChangelog(changelog: string, version: string): string[] {
  const sections = changelog.split(/^## /m).slice(1);
  const written = sections.find((section) => /^\[?([\w.+-]+)\]?/.exec(section)?.[1] === version);
  const unreleased = sections.find((section) => /^\[?Unreleased/i.test(section));
  return [
    ...(written === undefined
      ? [`CHANGELOG.md has no section ${version}: give "Unreleased" its version and date`]
      : []),
    ...(/^[-*] /m.test(unreleased ?? "")
      ? [`CHANGELOG.md has changes under "Unreleased": move them to ${version}`]
      : []),
  ];
}

async function git(...words: string[]): Promise<string> {
  return (await promisify(execFile)("git", words, { cwd: root })).stdout.trim();
}
