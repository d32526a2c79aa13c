import { runHost } from "../run/hosts.ts";
import type { VectorFile } from "./vector-file.ts";

/** The URL `http://<host>/path`, and the hosts that are allowed. */
type HostCase = readonly [name: string, url: string, allowInsecureHosts?: unknown];

const accepted: readonly HostCase[] = [
  ["https, whatever the host", "https://app.example.com/path"],
  ["https at a host that is not allowed", "https://app.example.com/path", ["web"]],
  ["localhost", "http://localhost:3000/path"],
  ["localhost in upper case", "http://LOCALHOST:3000/path"],
  ["a name below localhost", "http://app.localhost/path"],
  ["127.0.0.1", "http://127.0.0.1:3000/path"],
  ["another loopback address", "http://127.10.200.30:1/path"],
  ["::1", "http://[::1]:3000/path"],
  ["loopback, although it is allowed", "http://localhost:3000/path", ["localhost"]],
  ["a service of a container network", "http://web:3000/path", ["web"]],
  ["the second of several hosts", "http://web:3000/path", ["api", "web"]],
  ["the same host twice", "http://web/path", ["web", "web"]],
  ["any port", "http://web/path", ["web"]],
  ["an entry in upper case", "http://web:3000/path", ["WEB"]],
  ["a URL in upper case", "http://WEB:3000/path", ["web"]],
  ["a name with an underscore", "http://my_web:3000/path", ["my_web"]],
  ["a name with a hyphen and digits", "http://web-1:3000/path", ["web-1"]],
  ["a service of Kubernetes", "http://web.default.svc.cluster.local/path", ["web.default.svc.cluster.local"]],
  [
    "a name that ends with a dot",
    "http://web.default.svc.cluster.local./path",
    ["web.default.svc.cluster.local."],
  ],
  ["localhost with a dot at the end", "http://localhost./path", ["localhost."]],
  ["an international name in Punycode", "http://xn--bcher-kva.example/path", ["xn--bcher-kva.example"]],
  ["the host of the Android emulator", "http://10.0.2.2:3001/path", ["10.0.2.2"]],
  ["an address of a home network", "http://192.168.1.10:3001/path", ["192.168.1.10"]],
  ["0.0.0.0", "http://0.0.0.0:3001/path", ["0.0.0.0"]],
  ["an IPv6 address without brackets", "http://[fd00::1]:3000/path", ["fd00::1"]],
  ["an IPv6 address with brackets", "http://[fd00::1]:3000/path", ["[fd00::1]"]],
  ["an IPv6 address in upper case", "http://[FD00::1]:3000/path", ["FD00::1"]],
];

/** Accepted by the URL standard's parser, which rewrites the host. Another parser may refuse them. */
const rewritten: readonly HostCase[] = [
  ["::1 in its long form", "http://[0:0:0:0:0:0:0:1]:3000/path"],
  ["an IPv6 address in its long form in the URL", "http://[fd00:0:0:0:0:0:0:1]/path", ["fd00::1"]],
  ["an IPv4 address in an IPv6 address", "http://[::ffff:10.0.2.2]/path", ["::ffff:a00:202"]],
  ["127.0.0.1 in hexadecimal", "http://0x7f.0.0.1/path"],
  ["127.0.0.1 as one number", "http://2130706433/path"],
  ["127.0.0.1 with a dot at the end", "http://127.0.0.1./path"],
  ["10.0.2.2 as one number", "http://167772674/path", ["10.0.2.2"]],
  ["10.0.2.2 in octal", "http://012.0.2.2/path", ["10.0.2.2"]],
  ["localhost in full-width letters", "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54/path"],
  ["an escaped letter", "http://w%65b/path", ["web"]],
  ["an international name in Unicode", "http://b\u00fccher.example/path", ["xn--bcher-kva.example"]],
];

const refusedUrls: readonly HostCase[] = [
  ["http to any host", "http://app.example.com/path"],
  ["an empty list", "http://web:3000/path", []],
  ["another host", "http://api:3000/path", ["web"]],
  ["a name below an allowed host", "http://a.web/path", ["web"]],
  ["a name above an allowed host", "http://web/path", ["a.web"]],
  ["a name that begins like an allowed host", "http://web.evil.example/path", ["web"]],
  ["a name that ends like an allowed host", "http://evilweb/path", ["web"]],
  ["an allowed host as the user", "http://web@evil.example/path", ["web"]],
  ["an allowed host as the user, with a port", "http://web:3000@evil.example/path", ["web"]],
  ["an allowed host in the path", "http://evil.example/web", ["web"]],
  ["an allowed host in the fragment", "http://evil.example/#web", ["web"]],
  ["a dot at the end that is not allowed", "http://web./path", ["web"]],
  ["no dot at the end, which is allowed", "http://web/path", ["web."]],
  ["localhost with a dot at the end, which is not loopback by this rule", "http://localhost./path"],
  ["a name that begins with localhost", "http://localhost.evil.example/path"],
  ["a name that ends with localhost", "http://evil-localhost/path"],
  ["a name below localhost without a label", "http://.localhost/path"],
  ["a name that begins with 127.0.0.1", "http://127.0.0.1.evil.example/path"],
  ["127 without being an address", "http://127.0.0.1x/path"],
  ["an address with too large a number", "http://127.999.1.1/path"],
  ["128.0.0.1", "http://128.0.0.1/path"],
  ["0.0.0.0, which is not allowed", "http://0.0.0.0:3001/path"],
  ["::2", "http://[::2]/path"],
  ["::", "http://[::]/path"],
  ["127.0.0.1 in an IPv6 address", "http://[::ffff:127.0.0.1]/path"],
  ["an IPv4 address that is allowed in an IPv6 address only", "http://10.0.2.2/path", ["::ffff:a00:202"]],
  ["another scheme at an allowed host", "ftp://web/path", ["web"]],
  ["a WebSocket at an allowed host", "ws://web/path", ["web"]],
  ["no scheme", "web:3000/path", ["web"]],
  ["no URL", "web", ["web"]],
];

const refusedEntries: readonly HostCase[] = [
  ["a URL", "http://web:3000/path", ["http://web"]],
  ["a URL with a port", "http://web:3000/path", ["http://web:3000"]],
  ["a port", "http://web:3000/path", ["web:3000"]],
  ["a port after an address", "http://10.0.2.2:3001/path", ["10.0.2.2:3001"]],
  ["a port after an IPv6 address", "http://[fd00::1]:3000/path", ["[fd00::1]:3000"]],
  ["a path", "http://web:3000/path", ["web/path"]],
  ["a slash at the end", "http://web:3000/path", ["web/"]],
  ["a user", "http://web:3000/path", ["user@web"]],
  ["a query", "http://web:3000/path", ["web?"]],
  ["a wildcard", "http://web:3000/path", ["*"]],
  ["a wildcard for names", "http://web.svc/path", ["*.svc"]],
  ["a range of addresses", "http://10.0.2.2/path", ["10.0.0.0/8"]],
  ["an empty entry", "http://web:3000/path", [""]],
  ["an empty entry beside another", "http://web:3000/path", ["web", ""]],
  ["two names in one entry", "http://web:3000/path", ["web,api"]],
  ["a space", "http://web:3000/path", [" web"]],
  ["a tab, which the URL parser removes", "http://web:3000/path", ["we\tb"]],
  ["a line break at the end", "http://web:3000/path", ["web\n"]],
  ["an escaped letter in an entry", "http://web:3000/path", ["w%65b"]],
  ["an international name in an entry", "http://xn--bcher-kva/path", ["b\u00fccher"]],
  ["full-width letters in an entry", "http://web/path", ["\uff57\uff45\uff42"]],
  ["a Kelvin sign, which is a k in lower case", "http://kafka/path", ["\u212aafka"]],
  ["an address in hexadecimal", "http://10.0.2.2/path", ["0xa.0.2.2"]],
  ["an address in octal", "http://10.0.2.2/path", ["012.0.2.2"]],
  ["an address as one number", "http://10.0.2.2/path", ["167772674"]],
  ["a short address", "http://10.0.2.2/path", ["10.514"]],
  ["an address with a dot at the end", "http://10.0.2.2/path", ["10.0.2.2."]],
  ["an address with too large a number in an entry", "http://web/path", ["10.0.2.256"]],
  ["an IPv6 address in its long form", "http://[fd00::1]/path", ["fd00:0:0:0:0:0:0:1"]],
  ["an IPv6 address with an IPv4 address in it", "http://[::ffff:a00:202]/path", ["::ffff:10.0.2.2"]],
  ["an IPv6 address with a zone", "http://[fe80::1]/path", ["fe80::1%eth0"]],
  ["an IPv6 address with one bracket", "http://[fd00::1]/path", ["[fd00::1"]],
  ["a number", "http://web:3000/path", [1]],
  ["a list in the list", "http://web:3000/path", [["web"]]],
  ["a text instead of a list", "http://web:3000/path", "web"],
  ["true instead of a list", "http://web:3000/path", true],
  ["an object instead of a list", "http://web:3000/path", { web: true }],
  ["an invalid entry that nothing needs", "https://app.example.com/path", ["http://web"]],
];

/** What the messages of all TypeScript packages have in common. */
const wording = {
  url: "or http on this machine (localhost) or on a host in allowInsecureHosts",
  list: 'must be a list of exact host names, such as ["web", "10.0.2.2"]',
  entry:
    'must be an exact host name, such as "web" or "10.0.2.2": no scheme, port, path or wildcard; IP addresses and international names as in a URL\'s hostname',
};

export function hostsFile(): VectorFile {
  const vectors = [
    ...accepted.map((one) => complete(one, { accepts: true })),
    ...rewritten.map((one) => complete(one, { accepts: true }, { mayRefuse: true })),
    ...refusedUrls.map((one) => complete(one, { refuses: "url" })),
    ...refusedEntries.map((one) => complete(one, { refuses: "allowInsecureHosts" })),
  ];
  return {
    name: "hosts",
    description: "URLs of keys, APIs and logout endpoints, and the hosts among them that may use plain http.",
    content: { wording, vectors },
  };
}

function complete(
  [name, url, allowInsecureHosts = []]: HostCase,
  expected: object,
  more: object = {},
): object {
  const vector = { name, url, allowInsecureHosts };
  const outcome = runHost(vector);
  if (JSON.stringify(outcome) !== JSON.stringify(expected))
    throw new Error(`"${name}": expected ${JSON.stringify(expected)}, but it is ${JSON.stringify(outcome)}`);
  return { ...vector, ...outcome, ...more };
}
