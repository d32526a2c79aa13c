import { trimTrailingSlashes } from "../../input/trim.ts";

/** The names of the machine itself. */
const loopback = new Set(["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]);

/**
 * In what two addresses differ, most telling first; "they name different things" where it is more than one
 * part.
 */
export function urlDifference(actual: string, expected: string): string {
  if (actual.trim() === expected.trim()) return "only whitespace differs";
  if (trimTrailingSlashes(actual) === trimTrailingSlashes(expected)) return "only the trailing slash differs";
  if (actual.toLowerCase() === expected.toLowerCase()) return "only upper and lower case differ";
  const one = URL.parse(actual);
  const other = URL.parse(expected);
  if (one === null || other === null) return "one of them is not an address";
  const differences: string[] = [];
  if (one.protocol !== other.protocol) differences.push(`${schemeOf(one)} against ${schemeOf(other)}`);
  if (one.hostname !== other.hostname) {
    differences.push(
      loopback.has(one.hostname) || loopback.has(other.hostname)
        ? `${one.hostname} against ${other.hostname}: this machine by another name, or another machine`
        : `${one.hostname} against ${other.hostname}: another host`,
    );
  }
  if (one.port !== other.port && one.protocol === other.protocol) {
    differences.push(`port ${one.port || "by default"} against ${other.port || "by default"}`);
  }
  const paths = [one, other].map(({ pathname }) => trimTrailingSlashes(pathname));
  if (paths[0] !== paths[1]) {
    differences.push(
      paths.includes("/api/auth")
        ? "/api/auth at the end: the base URL is meant, without the path of Better Auth's endpoints"
        : `the path ${one.pathname} against ${other.pathname}`,
    );
  }
  return differences.join("; ") || "they are spelt differently";
}

function schemeOf({ protocol }: URL): string {
  return protocol.slice(0, -1);
}
