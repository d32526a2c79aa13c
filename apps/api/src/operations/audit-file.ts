import { closeSync, fchmodSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { auditLog } from "@usher-auth/verify/audit";
import { StartupError } from "./startup-error.ts";

/**
 * Appends each entry of the audit log to a file, as one line of JSON. Only this user may read the file. A
 * line is written before the response is sent, so that no crash of this process loses it.
 *
 * The file may be renamed or deleted at any time, as logrotate does: the next entry begins another one.
 * Several replicas need a file each. If the disk is full, entries are lost, and a process warning says so.
 *
 * @returns Ends it.
 * @throws {StartupError} The file cannot be opened. An API that must be audited does not run without.
 */
export function openAuditFile(path: string): () => void {
  let file = open(path);
  const stop = auditLog((entry) => {
    let failure: unknown;
    try {
      file = reopenIfMoved(file, path);
    } catch (error) {
      // The line goes to the file that is still open. Then a warning says why.
      failure = error;
    }
    append(file, JSON.stringify(entry));
    if (failure !== undefined) throw failure;
  });
  return () => {
    stop();
    closeSync(file.descriptor);
  };
}

type AuditFile = {
  readonly descriptor: number;
  /** Whether its last line has no end. */
  isCut: boolean;
};

/** @throws The disk is full. What of the line was written stays, and the next line does not continue it. */
function append(file: AuditFile, entry: string): void {
  const line = Buffer.from(`${file.isCut ? "\n" : ""}${entry}\n`);
  const written = writeSync(file.descriptor, line);
  file.isCut = written < line.length;
  if (file.isCut) throw new Error("the disk is full");
}

function reopenIfMoved(file: AuditFile, path: string): AuditFile {
  const [used, named] = [fstatSync(file.descriptor), statSync(path, { throwIfNoEntry: false })];
  if (used.ino === named?.ino && used.dev === named.dev) return file;
  const next = open(path);
  closeSync(file.descriptor);
  return next;
}

function open(path: string): AuditFile {
  try {
    // A named pipe would block the process until someone reads it.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error("it is not a file");
    const descriptor = openSync(path, "a+", 0o600);
    const { uid, size } = fstatSync(descriptor);
    // An older file may be readable for others. If another user owns it, that user decides.
    if (uid === process.getuid?.()) fchmodSync(descriptor, 0o600);
    const last = Buffer.from("\n");
    if (size > 0) readSync(descriptor, last, 0, 1, size - 1);
    return { descriptor, isCut: last.toString() !== "\n" };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `cannot write the audit log to ${path} (${code ?? message}): set AUDIT_LOG to a file that this user may write to`,
    );
  }
}
