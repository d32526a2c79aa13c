import { installed, type LockFile, nameOf } from "./lock-file.ts";

/**
 * Packages whose bytes are not settled by the lock file, or that name a place to come from. Where they come
 * from is each machine's own setting (`omit-lockfile-registry-resolved`); what they are is not. A package
 * inside of another one is settled with that.
 */
export function originFaults(lock: LockFile): string[] {
  return installed(lock).flatMap(([folder, { integrity, inBundle, resolved }]) => [
    ...(integrity?.startsWith("sha512-") || inBundle ? [] : [`${folder} has no SHA-512 in the lock file`]),
    ...(resolved === undefined ? [] : [`${folder} is bound to ${resolved.split("/").slice(0, 3).join("/")}`]),
  ]);
}

/**
 * Programs that packages would run when they are installed, and on which nobody has decided in `allowScripts`
 * of package.json; and decisions on packages that run nothing. `strict-allow-scripts` in .npmrc has npm
 * refuse the former before they run.
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
      .map((name) => `${name} runs a program when installed`),
    ...Object.keys(allowScripts)
      .filter((name) => !names.has(name))
      .map((name) => `${name} stands in allowScripts, and runs nothing`),
  ];
}
