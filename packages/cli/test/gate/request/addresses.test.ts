import { describe, expect, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { trustedProxies } from "../../../src/gate/request/addresses.ts";

describe("trusted proxies", () => {
  const trusted = trustedProxies(["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "::ffff:192.0.2.0/120"]);

  test.for([
    "127.0.0.1",
    "::ffff:127.0.0.1",
    "::FFFF:127.0.0.1",
    "::ffff:7f00:1",
    "10.255.1.2",
    "::ffff:10.0.0.1",
    "::1",
    "0:0:0:0:0:0:0:1",
    "fd12::3",
    "fd12::3%eth0",
    "192.0.2.7",
    "::ffff:192.0.2.7",
  ])("%s is one", (address) => {
    expect(trusted.has(address)).toBe(true);
  });

  test.for([
    undefined,
    "",
    "127.0.0.2",
    "11.0.0.1",
    "::2",
    "fe80::1",
    "::127.0.0.1",
    "192.0.3.7",
    "localhost",
    "127.1",
    "010.0.0.1",
    "10.0.0.1/8",
    "10.0.0.1, 10.0.0.2",
    "unix:",
  ])("%s is none", (address) => {
    expect(trusted.has(address)).toBe(false);
  });

  test("an empty list trusts no one", () => {
    const none = trustedProxies([]);
    expect([none.isEmpty, none.has("127.0.0.1"), none.has("::1")]).toEqual([true, false, false]);
    expect(trusted.isEmpty).toBe(false);
  });

  test.for([
    "",
    "loopback",
    "localhost",
    "10.0.0",
    "010.0.0.1",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/a",
    "10.0.0.0/1e1",
    "10.0.0.0/255.0.0.0",
    "::1/129",
    "::ffff:10.0.0.0/8",
    "fe80::1%eth0",
    "10.*",
    "10.0.0.1-10.0.0.9",
    "10.0.0.1:80",
    "[::1]",
    " 10.0.0.1",
  ])("%j is not an address", (entry) => {
    expect(() => trustedProxies(["127.0.0.1", entry])).toThrow(CannotRun);
    expect(() => trustedProxies([entry])).toThrow(/is not an address of a proxy/);
  });

  test("does not take an address for the one before it", () => {
    const proxies = trustedProxies(["10.0.0.1"]);
    const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.1", undefined, "10.0.0.2", "10.0.0.2", "10.0.0.1"];
    const answers = addresses.map((address) => proxies.has(address));
    expect(answers).toEqual([true, false, true, false, false, false, true]);
  });
});
