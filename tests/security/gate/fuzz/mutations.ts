import type { Random } from "../../tokens/support/random.ts";

/** Bytes that mean something in HTTP, in a path, or to a parser. */
const tricky = [
  ...[
    "\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "/",
    "//",
    "/../",
    "%2f",
    "%2e%2e",
    "%00",
    "%",
    "?",
    "#",
    "\\",
    "\x7f",
    "\xff",
  ],
  ...[
    "\r\n\r\n",
    "\r\n ",
    "0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 0\r\n",
    "Content-Length: 5\r\n",
  ],
  ...[
    "X-Usher-User: bob\r\n",
    "x_usher_user: bob\r\n",
    "Connection: x-usher-user\r\n",
    "Connection: keep-alive\r\n",
  ],
  ...[
    "Expect: 100-continue\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n",
    "HTTP/1.0",
    "HTTP/1.1",
    "GET ",
    "POST ",
    "HEAD ",
    "OPTIONS ",
  ],
  ...[
    "bob",
    "alice",
    "/public",
    "/api/bob/tasks",
    "_method=DELETE",
    "Bearer ",
    "Authorization: ",
    "\xc0\xaf",
    "\u00e2\u0080\u0088",
  ],
].map((text) => Buffer.from(text, "latin1"));

/** Random bytes, or a request with up to six changes. */
export function mutated(requests: readonly Buffer[], random: Random): Buffer {
  if (random.integer(20) === 0) return randomBytes(random.integer(4000), random);
  let bytes = random.pick(requests);
  for (let change = random.integer(7); change > 0; change--) bytes = changed(bytes, requests, random);
  return bytes;
}

function changed(bytes: Buffer, requests: readonly Buffer[], random: Random): Buffer {
  const at = random.integer(bytes.length + 1);
  const rest = bytes.subarray(at);
  switch (random.integer(7)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), random.pick(tricky), rest]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), random.pick(tricky), rest.subarray(random.integer(12))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), rest.subarray(1 + random.integer(8))]);
    case 3: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = random.integer(256);
      return copy;
    }
    case 4: {
      const other = random.pick(requests);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.integer(other.length))]);
    }
    case 5:
      return Buffer.concat([bytes, random.pick(requests)]);
    default:
      return bytes.subarray(0, at);
  }
}

function randomBytes(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(256)));
}
