import type { RequestListener } from "node:http";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";
import { issuerAddress } from "../../src/issuer-session/address.ts";
import { signIn } from "../../src/issuer-session/index.ts";
import { usher } from "../support/command.ts";
import { startServer } from "../support/server.ts";

const password = "correct horse battery";
const words = (url: string) => ["token", "--email", "ada@example.com", "--issuer", url];
const environment = { USHER_PASSWORD: password };

/** What a server answers to the sign-in and to the request for a token. */
interface Answers {
  readonly signIn?: Answer;
  readonly token?: Answer;
}
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
}

const session: Answer = {
  headers: { "set-cookie": "session=s; Path=/; HttpOnly" },
  body: { token: "s", user: { id: "ada" } },
};

function answering({ signIn: first = session, token = {} }: Answers, seen: string[] = []): RequestListener {
  return (request, response) => {
    seen.push(`${request.url} ${request.headers.cookie ?? "-"}`);
    const { status = 200, headers, body } = request.url?.endsWith("/token") ? token : first;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body ?? {}));
  };
}

const real = createTestIssuer().tokenFor("ada");

const hostile: readonly (readonly [string, Answers, RegExp])[] = [
  ["a web page", { signIn: { body: "<!doctype html><p>Hello" } }, /with a web page/],
  ["a web page instead of the token", { token: { body: "<html>" } }, /token answers 200 with a web page/],
  [
    "a redirect to another host",
    { signIn: { status: 307, headers: { location: "https://evil.example/steal?a=b" } } },
    /redirects \(307\), which is not followed\. .*--issuer https:\/\/evil\.example$/m,
  ],
  [
    "a redirect without a target",
    { token: { status: 302 } },
    /redirects \(302\), .*something before it does/,
  ],
  ["a text", { signIn: { body: '"hello"' } }, /as Better Auth does/],
  ["no JSON", { signIn: { body: "{" } }, /as Better Auth does/],
  [
    "an id that is not a string",
    { signIn: { ...session, body: { user: { id: 7 } } } },
    /as Better Auth does/,
  ],
  ["a user that is no object", { signIn: { ...session, body: { user: "ada" } } }, /as Better Auth does/],
  ["no cookie", { signIn: { body: { user: { id: "ada" } } } }, /set no session cookie/],
  [
    "a cookie for another path",
    { signIn: { ...session, headers: { "set-cookie": "session=s; Path=/other" } } },
    /set no session cookie for this path/,
  ],
  [
    "a cookie for another domain",
    { signIn: { ...session, headers: { "set-cookie": "session=s; Domain=evil.example" } } },
    /for another domain \(evil\.example\)/,
  ],
  [
    "a cookie that has ended",
    { signIn: { ...session, headers: { "set-cookie": ["session=s", "session=; Max-Age=0"] } } },
    /set no session cookie/,
  ],
  [
    "an answer of two megabytes",
    { signIn: { ...session, body: "x".repeat(2 ** 21) } },
    /as Better Auth does/,
  ],
  [
    "a token of two megabytes",
    { token: { body: { token: `a.b.${"c".repeat(2 ** 21)}` } } },
    /not with a token/,
  ],
  ["a token in another place", { token: { body: { data: { token: real } } } }, /not with a token/],
  ["a token in a list", { token: { body: { token: [real] } } }, /not with a token/],
  ["a token with a line break", { token: { body: { token: `${real}\nrm -rf` } } }, /not with a token/],
  ["a token with control characters", { token: { body: { token: `\u001b[2J${real}` } } }, /not with a token/],
  ["a token that is no JWT", { token: { body: { token: "a.b.c" } } }, /not a JWT/],
  ["the session token", { token: { body: { token: "s".repeat(32) } } }, /not with a token/],
  ["nothing", { token: { status: 204 } }, /issues no token \(204\)/],
  ["a failure", { token: { status: 503 } }, /issues no token \(503\)\. Its log says why/],
  ["a session that it does not know", { token: { status: 401 } }, /does not recognise the session/],
  [
    "control characters in its message",
    { signIn: { status: 403, body: { code: "A\u001b", message: "\u001b[2Jno\nyes" } } },
    /\(403, "\\+u001b\[2Jno\\+nyes"\)\.\n$/,
  ],
];

test.each(hostile)("prints no token for %s", async (_name, answers, message) => {
  const url = await startServer(() => answering(answers));
  const { exitCode, output, errors } = await usher(words(url), { environment });
  expect([exitCode, output]).toEqual([2, ""]);
  expect(errors).toMatch(message);
  expect(errors).not.toContain("\u001b");
  expect(errors.length).toBeLessThan(600);
  expect(errors).not.toContain(password);
});

test("an `exp` that is no date prints the token nevertheless", async () => {
  const [header, , signature] = real.split(".");
  const strange = (claims: unknown) =>
    [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
  for (const exp of [1e300, -1, "never", null]) {
    const token = strange({ sub: "ada", exp });
    const url = await startServer(() => answering({ token: { body: { token } } }));
    expect(await usher([...words(url), "--json"], { environment })).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining(token),
    });
  }
});

test("sends cookies back to the paths that they are for, and forgets those that end", async () => {
  const seen: string[] = [];
  const url = await startServer(() =>
    answering(
      {
        signIn: {
          ...session,
          headers: {
            "set-cookie": [
              "__Secure-session=a%20b=; Path=/; Secure; HttpOnly; SameSite=Lax",
              "other=1; Path=/other",
              "data=1; Path=/api/auth",
              "gone=1; Path=/",
              "gone=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
              "evil=1; Domain=evil.example",
            ],
          },
        },
        token: { body: { token: real } },
      },
      seen,
    ),
  );
  expect((await usher(words(url), { environment })).exitCode).toBe(0);
  expect(seen).toEqual(["/api/auth/sign-in/email -", "/api/auth/token __Secure-session=a%20b=; data=1"]);
});

test.each([
  ["never answers", () => () => {}],
  [
    "never ends its answer",
    () => (_request: unknown, response: { writeHead(status: number): void; write(text: string): void }) => {
      response.writeHead(200);
      response.write("{");
    },
  ],
] as const)("gives up on an issuer that %s", async (_name, listener) => {
  const url = await startServer(listener as () => RequestListener);
  const issuer = issuerAddress({ issuer: url, basePath: undefined, environment: {}, environmentName: "" });
  await expect(
    signIn(issuer, { email: "ada@example.com", password }, { deadline: 200 }),
  ).rejects.toMatchObject({
    kind: "unclear",
    message: expect.stringContaining("no response within 0.2 seconds"),
  });
});
