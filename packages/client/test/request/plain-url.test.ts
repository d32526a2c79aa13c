import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type ParsedUrl, parseUrl } from "../../src/request/parse-url.ts";
import { parsePlainUrl } from "../../src/request/plain-url.ts";

const base = parsePlainUrl("https://api.example.com/v1/") as ParsedUrl;

test.each([
  ["tasks", "https://api.example.com/v1/tasks"],
  ["./tasks", "https://api.example.com/v1/tasks"],
  ["/tasks", "https://api.example.com/tasks"],
  ["//other.example", "https://other.example/"],
  ["?page=2#top", "https://api.example.com/v1/?page=2#top"],
  ["", "https://api.example.com/v1/"],
  ["HTTP://LocalHost:080/A", "http://localhost/A"],
  ["https://[::1]:3001", "https://[::1]:3001/"],
  ["tasks/zoë 💡?q=ä b", "https://api.example.com/v1/tasks/zo%C3%AB%20%F0%9F%92%A1?q=%C3%A4%20b"],
])("parses %j as %s", (text, href) => {
  expect(parsePlainUrl(text, base)?.href).toBe(href);
  expect(new URL(text, base.href).href).toBe(href);
});

test.each([
  "../admin",
  "tasks/./a",
  "tasks/%2E%2e/admin",
  "tasks\\..\\admin",
  "/\t/other.example",
  "https://api.example.com@other.example/",
  "https://user:password@api.example.com/",
  "https://api.example.com:65536/",
  "https://ａpi.example.com/",
  "https://127.1/",
  "https://0x7f000001/",
  "https:api.example.com",
  "https:///tasks",
  "javascript:alert(1)",
  "\ud800",
])("refuses %j, which another parser could read differently", (text) => {
  expect(parsePlainUrl(text, base)).toBeUndefined();
});

test("the URL standard reads the same host, path and query in each URL that is not refused", () => {
  const piece = fc.constantFrom(
    ..."https:|http:|HTTPS:|//|/|\\|@|:|?|#|.|..|%2e|%2F|%|%zz|[::1]|[|]|:443|:80|:0|:99999".split("|"),
    ..."api.example.com|API.example|localhost|127.0.0.1|0177.0.0.1|1.2.3|10.0.2.2.|v1|tasks|ä| |\t|'".split(
      "|",
    ),
    ...'"|<|>|^|`|{|}||\u3002|\u00ad|xn--|_|-|~|!|$|&|*|+|,|;|=|\ud83d\ude00'.split("|"),
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 6 }).map((pieces) => `https://${pieces.join("")}`),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    // Any code unit. `fc.string({ unit: "binary" })` takes a second to begin.
    fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
  );
  let parsed = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const plain = parsePlainUrl(text, base);
      if (plain === undefined) return true;
      parsed += 1;
      // Both percent-encode a few characters that the other does not.
      const same = (encoded: string) => encoded.replace(/[^\w\-.~!$&()*+,;=:@/?#[\]%]/g, encodeURIComponent);
      return [URL.parse(text, base.href), URL.parse(plain.href)].every(
        (standard) =>
          standard === null ||
          (standard.origin === plain.origin &&
            standard.username + standard.password === "" &&
            same(standard.pathname) === same(plain.pathname) &&
            same(standard.search).replaceAll("%27", "'") === plain.search),
      );
    }),
    { numRuns: 1_500 },
  );
  expect(parsed).toBeGreaterThan(150);
});

test("a runtime without URL, or with one that follows the standard only in part, gets this parser", () => {
  for (const PartialURL of [undefined, class {}]) {
    vi.stubGlobal("URL", PartialURL);
    expect(parseUrl("tasks", base)?.href).toBe("https://api.example.com/v1/tasks");
    expect(parseUrl("../admin", base)).toBeUndefined();
  }
  vi.unstubAllGlobals();
});
