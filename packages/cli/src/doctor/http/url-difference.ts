import { trimTrailingSlashes } from "../../input/trim.ts";

/** Names of the local machine. */
const loopback = new Set(["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]);

/** How two URLs differ, in words. */
export function urlDifference(actual: string, expected: string): string {
  if (actual.trim() === expected.trim()) return "only whitespace differs";
  if (trimTrailingSlashes(actual) === trimTrailingSlashes(expected)) return "only the trailing slash differs";
  if (actual.toLowerCase() === expected.toLowerCase()) return "only upper and lower case differ";
  const one = URL.parse(actual);
  const other = URL.parse(expected);
  if (one === null || other === null) return "one of them is not a URL";
  const differences: string[] = [];
  if (one.protocol !== other.protocol) differences.push(`${schemeOf(one)} instead of ${schemeOf(other)}`);
  if (one.hostname !== other.hostname) {
    differences.push(
      loopback.has(one.hostname) || loopback.has(other.hostname)
        ? `${one.hostname} instead of ${other.hostname}: another name of this machine, or another machine`
        : `${one.hostname} instead of ${other.hostname}: another host`,
    );
  }
  if (one.port !== other.port && one.protocol === other.protocol) {
    differences.push(`port ${one.port || "(default)"} instead of ${other.port || "(default)"}`);
  }
  const paths = [one, other].map(({ pathname }) => trimTrailingSlashes(pathname));
  if (paths[0] !== paths[1]) {
    differences.push(
      paths.includes("/api/auth")
        ? "one ends with /api/auth: use the base URL, without the path of Better Auth's endpoints"
        : `the path ${one.pathname} instead of ${other.pathname}`,
    );
  }
  return differences.join("; ") || "the spelling differs";
}

function schemeOf({ protocol }: URL): string {
  return protocol.slice(0, -1);
}
