/**
 * Loaded with `--import`: gives the process the host names of a container network, without /etc/hosts.
 * `TEST_HOST_NAMES` lists the names that mean this machine, separated by commas.
 */
import dns from "node:dns";

const names = new Set((process.env.TEST_HOST_NAMES ?? "").split(","));
const { lookup } = dns;
// `node:net`, and with it `fetch` and the database drivers, calls this property for each connection.
dns.lookup = Object.assign(
  (name: string, ...more: unknown[]) =>
    Reflect.apply(lookup, dns, [names.has(name) ? "127.0.0.1" : name, ...more]),
  { __promisify__: lookup.__promisify__ },
) as typeof lookup;
