import { quote } from "../log-text.ts";

/**
 * What a thrown value says, for a warning or a log: quoted, without control characters, and not endless. User
 * code throws whatever it likes; this throws nothing.
 */
export function reasonOf(error: unknown): string {
  try {
    return quote(String(error instanceof Error ? error.message : error));
  } catch {
    return "what cannot be told as text";
  }
}
