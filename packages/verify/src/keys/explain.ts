import { quote } from "../log-text.ts";

/**
 * Why keys could not be loaded, in a few words without control characters. Node's `fetch` says "fetch
 * failed", and why only in the cause. Throws nothing, whatever was thrown.
 */
export function explain(error: unknown): string {
  try {
    if (!(error instanceof Error)) return plain(String(error));
    const { cause } = error;
    const beneath = cause instanceof Error ? ` (${"code" in cause ? cause.code : cause.message})` : "";
    return plain(`${error.message}${beneath}`);
  } catch {
    return "what was thrown cannot be told as text";
  }
}

function plain(text: string): string {
  return quote(text).slice(1, -1);
}
