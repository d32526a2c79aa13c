import { BlockList, isIP } from "node:net";
import { CannotRun } from "../../command-line/command.ts";

/** The proxies whose forwarded fields are believed. */
export interface TrustedProxies {
  /** Whether an address is one of theirs. An unknown address, such as a Unix socket's, is not. */
  has(address: string | undefined): boolean;
  readonly isEmpty: boolean;
}

/**
 * Reads a list of addresses and ranges.
 *
 * @param list IPv4 or IPv6 addresses, or ranges such as `10.0.0.0/8`. No names.
 * @throws {CannotRun} Something in the list is neither.
 */
export function trustedProxies(list: readonly string[]): TrustedProxies {
  const addresses = new BlockList();
  for (const entry of list) add(addresses, entry);
  const check = (address: string) => {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && addresses.check(plain, family === 6 ? "ipv6" : "ipv4");
  };
  // The proxy in front asks with every request, and checking its address takes longer than reading a header.
  let last: { readonly address: string; readonly isTrusted: boolean } | undefined;
  return {
    isEmpty: list.length === 0,
    has(address) {
      if (address === undefined || list.length === 0) return false;
      if (last?.address !== address) last = { address, isTrusted: check(address) };
      return last.isTrusted;
    },
  };
}

/**
 * An address without its zone (`%eth0`), and an IPv4 address that a socket for both families shows as IPv6
 * (`::ffff:192.0.2.1`) as itself.
 */
export function plainAddress(address: string): string {
  if (!/[%:]/.test(address)) return address;
  const [plain = ""] = address.split("%", 1);
  const mapped = /^::ffff:([0-9.]+)$/i.exec(plain)?.[1];
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : plain;
}

function add(addresses: BlockList, entry: string): void {
  const [address = "", length, ...rest] = entry.split("/");
  const plain = plainAddress(address);
  const family = isIP(plain);
  const bits = family === 6 ? 128 : 32;
  // A mapped range counts the 96 bits before the IPv4 address.
  const prefix = length === undefined ? bits : Number(length) - (plain === address ? 0 : 96);
  const isRange = length === undefined || /^[0-9]{1,3}$/.test(length);
  if (family === 0 || address.includes("%") || rest.length > 0 || !isRange || prefix < 0 || prefix > bits) {
    throw new CannotRun(
      `${JSON.stringify(entry)} is not an address of a proxy. Write an IP address or a range, such as ` +
        "10.0.0.7, 10.0.0.0/8 or fd00::/8.",
    );
  }
  addresses.addSubnet(plain, prefix, family === 6 ? "ipv6" : "ipv4");
}
