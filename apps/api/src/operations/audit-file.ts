import { closeSync, fchmodSync, fstatSync, openSync, statSync, writeSync } from "node:fs";
import { auditLog } from "@usher-auth/verify/audit";
import { StartupError } from "./startup-error.ts";

/**
 * Appends each entry of the audit log to a file, as one line of JSON. Only this user may read the file. A line is
 * written before the response is sent, so that no crash of this process loses it.
 *
 * Several replicas need a file each. If the disk is full, entries are lost, and a process warning says so.
 *
 * @returns Ends it.
 * @throws {StartupError} The file cannot be opened. An API that must be audited does not run without.
 */
export function openAuditFile(path: string): () => void {
  const file = open(path);
  let isCut = false;
  const stop = auditLog((entry) => {
    const line = Buffer.from(`${isCut ? "\n" : ""}${JSON.stringify(entry)}\n`);
    // Until the whole line is there: the next one begins on its own line.
    isCut = true;
    if (writeSync(file, line) < line.length) throw new Error("the disk is full");
    isCut = false;
  });
  return () => {
    stop();
    closeSync(file);
  };
}

function open(path: string): number {
  try {
    // A named pipe would block the start until someone reads it.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error("it is not a file");
    const file = openSync(path, "a", 0o600);
    // An older file may be readable for others. If another user owns it, that user decides.
    if (fstatSync(file).uid === process.getuid?.()) fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `cannot write the audit log to ${path} (${code ?? message}): set AUDIT_LOG to a file that this user may write to`,
    );
  }
}
