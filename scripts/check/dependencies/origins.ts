import { installed, type LockFile, nameOf } from "./lock-file.ts";

/**
 * Packages without an integrity hash in the lock file, or with a URL. The registry is each machine's setting
 * (`omit-lockfile-registry-resolved`); the content is not. A bundled package is covered by the hash of the
 * package around it.
 */
export function originFaults(lock: LockFile): string[] {
  return installed(lock).flatMap(([folder, { integrity, inBundle, resolved }]) => [
    ...(integrity?.startsWith("sha512-") || inBundle ? [] : [`${folder} has no SHA-512 in the lock file`]),
    ...(resolved === undefined ? [] : [`${folder} is bound to ${resolved.split("/").slice(0, 3).join("/")}`]),
  ]);
}

/** Packages that their authors deprecate. npm would say so, but .npmrc keeps its warnings back. */
export function deprecations(lock: LockFile): string[] {
  return installed(lock).flatMap(([folder, locked]) =>
    locked.deprecated === undefined
      ? []
      : [`${nameOf(folder, locked)}@${locked.version} is deprecated: ${locked.deprecated}`],
  );
}

/**
 * Packages with install scripts that `allowScripts` in package.json does not mention, and packages without
 * any that it does. With `strict-allow-scripts` in .npmrc, npm refuses to install the former.
 */
export function installScriptFaults(
  lock: LockFile,
  allowScripts: Readonly<Record<string, boolean>>,
): string[] {
  const running = installed(lock).filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = new Set(running.map(([folder, locked]) => nameOf(folder, locked)));
  return [
    ...[...names]
      .filter((name) => !(name in allowScripts))
      .map((name) => `${name} has an install script: allow or deny it in allowScripts`),
    ...Object.keys(allowScripts)
      .filter((name) => !names.has(name))
      .map((name) => `${name} is in allowScripts, and has no install script`),
  ];
}
