import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headersForBackend, refusedInAnswers } from "../../../src/gate/request/headers.ts";
import {
  connection,
  foldedIdentity,
  identity,
  overrides,
  passing,
  respelled,
  serversWords,
} from "./header-table.ts";

const identityOfGate = { "x-usher-user": "u1", "x-usher-claims": "{}" };

/** The names and values that the backend gets, without those of the gate. */
function sent(rawHeaders: readonly string[], added: Record<string, string> = {}): string[] {
  return headersForBackend(["Host", "api.example.com", ...rawHeaders], added);
}

test.for(passing)("%s reaches the backend as it is", (name) => {
  expect(sent([name, "v\xe9 "])).toEqual([name, "v\xe9 "]);
});

test.for([...connection, ...serversWords, ...overrides, ...identity, ...foldedIdentity, ...respelled])(
  "%s does not reach the backend",
  (name) => {
    expect(sent([name, "1"])).toEqual([]);
    expect(sent([name.toUpperCase(), "1", "Accept", "*/*"])).toEqual(["Accept", "*/*"]);
  },
);

test("what the gate says comes last, and nothing else is said under its names", () => {
  const added = {
    ...identityOfGate,
    host: "127.0.0.1:8000",
    "x-forwarded-for": "192.0.2.1",
    "x-note": "gate",
  };
  const received = ["X-Usher-User", "u2", "x_usher_user", "u2", "X-Forwarded-For", "::1", "X-Note", "client"];
  expect(sent(received, added)).toEqual(Object.entries(added).flat());
});

test("the client's Host does not reach the backend unless the gate says it", () => {
  expect(sent([])).toEqual([]);
  expect(sent(["HOST", "evil.example"])).toEqual([]);
});

test("repeated headers stay in their order", () => {
  const repeated = ["Cookie", "a=1", "X-Tag", "1", "cookie", "b=2", "X-Tag", "2"];
  expect(sent(repeated)).toEqual(repeated);
});

describe("headers that Connection names", () => {
  test("stay behind, in any case, with spaces and in several fields", () => {
    const received = [
      "Connection",
      "close, X-Secret ,, x-b",
      "x-secret",
      "1",
      "connection",
      "X-C",
      "X-C",
      "1",
    ];
    expect(sent([...received, "X-B", "1", "X-Kept", "1"])).toEqual(["X-Kept", "1"]);
  });

  test.for([
    ["Authorization", "Bearer x"],
    ["Cookie", "a=1"],
    ["Origin", "https://app.example.com"],
    ["Content-Type", "application/json"],
    ["Content-Length", "2"],
    ["Content-Encoding", "gzip"],
  ] as const)("%s passes nevertheless", ([name, value]) => {
    expect(sent(["Connection", `close, ${name}`, name, value])).toEqual([name, value]);
  });

  test("cannot be the gate's own", () => {
    const received = ["Connection", "X-Usher-User, x-usher-claims, host, x-forwarded-for"];
    const added = { ...identityOfGate, host: "h", "x-forwarded-for": "192.0.2.1" };
    expect(sent(received, added)).toEqual(Object.entries(added).flat());
  });
});

describe("on behalf of another proxy", () => {
  test.for(passing)("%s is no reason to refuse", (name) => {
    expect(refusedInAnswers(["Host", "h", name, "1"])).toBeUndefined();
  });

  test.for(serversWords)("%s is no reason to refuse, because proxies send it themselves", (name) => {
    expect(refusedInAnswers([name, "1"])).toBeUndefined();
  });

  test.for([...overrides, ...identity, ...foldedIdentity, ...respelled])("%s is refused", (name) => {
    expect(refusedInAnswers(["Host", "h", name, "secret-value"])).toMatch(/^A header/);
    expect(refusedInAnswers([name.toUpperCase(), "1"])).not.toContain(name);
  });

  test.for(["sentry_trace", "X_Request_ID", "X.Trace"])("%s is like no name that counts", (name) => {
    expect(refusedInAnswers([name, "1"])).toBeUndefined();
  });
});

/** As WSGI and CGI name a header. */
const folded = (name: string) => name.toUpperCase().replace(/[^A-Z0-9]/g, "_");

test("whatever the client sends, the backend reads the gate's identity, under every folding of names", () => {
  const punctuation = fc.constantFrom(..."-_. !#$%&'*+^`|~".split(""));
  const cased = fc
    .constantFrom(...identity, "X-Usher-User", "X-Usher-Claims", "X-Usher-Session")
    .chain((name) =>
      fc
        .array(fc.tuple(punctuation, fc.boolean()), { minLength: name.length, maxLength: name.length })
        .map((choices) =>
          [...name]
            .map((character, index) => {
              const [sign, upper] = choices[index] as [string, boolean];
              return character === "-" ? sign : upper ? character.toUpperCase() : character.toLowerCase();
            })
            .join(""),
        ),
    );
  const header = fc.tuple(fc.oneof(cased, fc.constantFrom("Connection", "Accept")), cased);
  fc.assert(
    fc.property(fc.array(header, { maxLength: 6 }), (received) => {
      const headers = sent(received.flat(), identityOfGate);
      const environment = headers.filter((_text, index) => index % 2 === 0).map(folded);
      expect(environment.filter((name) => name.startsWith("X_USHER"))).toEqual([
        "X_USHER_USER",
        "X_USHER_CLAIMS",
      ]);
      expect(headers.slice(-4)).toEqual(Object.entries(identityOfGate).flat());
    }),
    { numRuns: 200 },
  );
});

test("names are judged alike when very many were sent before", () => {
  const judged = () => [...passing, ...identity].map((name) => sent([name, "1"]).length);
  const before = judged();
  for (let count = 0; count < 2_000; count += 1) sent([`X-Name-${count}`, "1", `X_Usher_${count}`, "1"]);
  expect(judged()).toEqual(before);
  expect(sent(["X-Name-1999", "1", "X_Usher_1999", "1", "X-USHER-user", "1"])).toEqual(["X-Name-1999", "1"]);
});

test("a name with thousands of words is judged at once", () => {
  const name = `x${"-y".repeat(8_000)}`;
  expect(sent([name, "1"])).toEqual([name, "1"]);
});
