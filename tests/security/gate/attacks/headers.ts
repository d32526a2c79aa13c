import { forged } from "../expectation/faults.ts";
import type { People } from "../support/people.ts";
import { type Attack, attack, bearer, getRequest, message, ordinaryBody, post } from "./attack.ts";

/** Spellings that a parser, WSGI, CGI or a careless comparison takes for X-Usher-User. */
const identitySpellings = [
  "X-Usher-User",
  "x-usher-user",
  "X-USHER-USER",
  "X_Usher_User",
  "x_usher_user",
  "X-Usher_User",
  "X_Usher-User",
  "X.Usher.User",
  "X!Usher!User",
  "X~Usher~User",
  "X*Usher+User",
  "X`Usher`User",
  "X|Usher|User",
  "X^Usher^User",
  "X$Usher$User",
  "X'Usher'User",
  "X#Usher#User",
  "X%Usher%User",
  "X&Usher&User",
  "X-Usher-User ",
  "X-Usher-User\t",
  " X-Usher-User",
  "X-Usher-User\x00",
  "X-Usher-User\x0b",
  "X\xadUsher\xadUser",
  "X\xe2\x80\x90Usher\xe2\x80\x90User",
  "X-Usher-\xc3\x9cser",
  "X--Usher-User",
  "X-Usher--User",
  "X-Usher-User-",
  "HTTP_X_USHER_USER",
  "X-Usher-Session",
  "X-Usher-Organization",
  "X-Usher-Client",
  "X-Usher-Claims",
  "X_Usher_Organization",
  "X_USHER_CLAIMS",
  "X-Usher-Roles",
  "X-Usher-Anything",
  "X-Usher-",
  "X_Usher_",
] as const;

/** Headers that change the method, the path, the host or the address for some framework or server. */
const rewriting = [
  "X-Original-URL: /api/bob/tasks",
  "X-Rewrite-URL: /api/bob/tasks",
  "X-Original-URI: /api/bob/tasks",
  "X-Original-Path: /api/bob/tasks",
  "X_Original_URL: /api/bob/tasks",
  "X-Request-URI: /api/bob/tasks",
  "X-Envoy-Original-Path: /api/bob/tasks",
  "X-Original-Method: DELETE",
  "X-Original-Host: forged.example",
  "X-HTTP-Method-Override: DELETE",
  "X-HTTP-Method: DELETE",
  "X-Method-Override: DELETE",
  "X_HTTP_Method_Override: DELETE",
  "X.HTTP.Method.Override: DELETE",
  "x-http-method-override: GET",
  `X-Forwarded-For: ${forged}`,
  `X-Forwarded-Host: ${forged}`,
  "X-Forwarded-Proto: forged.example",
  `X-Forwarded-Server: ${forged}`,
  `X-Forwarded-Prefix: /${forged}`,
  `X-Forwarded-Uri: /${forged}`,
  `X-Forwarded-Method: ${forged}`,
  `X-Forwarded-User: ${forged}`,
  `X-Forwarded-Port: ${forged}`,
  `X-Forwarded-Path: /${forged}`,
  `X_Forwarded_For: ${forged}`,
  `X_Forwarded_Host: ${forged}`,
  `X.Forwarded.For: ${forged}`,
  `Forwarded: for=${forged};host=${forged}`,
  `X-Real-IP: ${forged}`,
  `X_Real_IP: ${forged}`,
  `X-Client-IP: ${forged}`,
  `True-Client-IP: ${forged}`,
  `CF-Connecting-IP: ${forged}`,
  `X-Cluster-Client-IP: ${forged}`,
  `X-Host: ${forged}`,
] as const;

const connectionNamed = [
  "x-usher-user",
  "authorization",
  "x-usher-claims, x-usher-session",
  "host",
  "content-length",
  "content-type",
  "x-forwarded-for",
  "X-Usher-User, close",
  "keep-alive, authorization",
  '"x-usher-user"',
  "close;x-usher-user",
  "x-usher-user,,,",
] as const;

/** Headers beside a valid token, or in place of one. */
export function headerAttacks(people: People): Attack[] {
  const { alice, bob } = people;
  return [
    ...identityAttacks(people),
    ...credentials(people),
    ...rewriting.flatMap((line) => [
      attack(`${line}, with alice's token`, getRequest("/api/alice/tasks", bearer(alice), line)),
      attack(`${line}, on a public path`, getRequest("/public", line)),
    ]),
    ...connectionNamed.map((names) =>
      attack(`Connection: ${names}`, getRequest("/api/alice/tasks", bearer(alice), `Connection: ${names}`)),
    ),
    ...connectionNamed
      .slice(0, 4)
      .map((names) =>
        attack(
          `Connection: ${names}, and the header`,
          getRequest("/public", `Connection: ${names}`, "X-Usher-User: bob"),
        ),
      ),
    ...[
      "TE: trailers, x-usher-user",
      "Keep-Alive: x-usher-user",
      "Proxy-Connection: x-usher-user",
      "Proxy-Authorization: Bearer x",
    ].map((line) => attack(line, getRequest("/api/alice/tasks", bearer(alice), line))),
    attack(
      "a method override in a form",
      message("POST /api/alice/tasks HTTP/1.1", [
        bearer(alice),
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 14",
      ]).concat("_method=DELETE"),
      { bodies: ["_method=DELETE"] },
    ),
    attack(
      "two content types",
      message("POST /api/alice/tasks HTTP/1.1", [bearer(alice), "Content-Type: text/plain"], ordinaryBody),
      { bodies: [ordinaryBody] },
    ),
    attack(
      "a content type spelled with an underscore",
      post("/api/alice/tasks", bearer(alice), "Content_Type: text/plain"),
      { bodies: [ordinaryBody] },
    ),
    attack(
      "a length spelled with an underscore",
      post("/api/alice/tasks", bearer(alice), "Content_Length: 5"),
      { bodies: [ordinaryBody] },
    ),
    attack("two hosts", getRequest("/api/alice/tasks", bearer(alice), `Host: ${forged}`)),
    attack(
      "two hosts in one",
      getRequest("/api/alice/tasks", bearer(alice)).replace("127.0.0.1", `127.0.0.1, ${forged}`),
    ),
    attack(
      "a host with a path",
      getRequest("/api/alice/tasks", bearer(alice)).replace("127.0.0.1", "127.0.0.1/../api/bob/tasks?"),
    ),
    attack(
      "a host with a user",
      getRequest("/api/alice/tasks", bearer(alice)).replace("127.0.0.1", `bob@${forged}`),
    ),
    attack(
      "a host with a space",
      getRequest("/api/alice/tasks", bearer(alice)).replace("127.0.0.1", "127.0. 0.1"),
    ),
    attack("no host", getRequest("/api/alice/tasks", bearer(alice)).replace("Host: 127.0.0.1\r\n", "")),
    attack("an empty host", getRequest("/api/alice/tasks", bearer(alice)).replace("127.0.0.1", "")),
    attack(
      "Host spelled with an underscore",
      getRequest("/api/alice/tasks", bearer(alice), `H_ost: ${forged}`, `_Host: ${forged}`),
    ),
    attack(
      "a preflight of another user's path",
      message("OPTIONS /api/bob/tasks HTTP/1.1", [
        "Origin: https://app.example.com",
        "Access-Control-Request-Method: GET",
      ]),
    ),
    attack(
      "a preflight with a forged origin",
      message("OPTIONS /api/bob/tasks HTTP/1.1", [
        `Origin: https://${forged}`,
        "Access-Control-Request-Method: DELETE",
      ]),
    ),
    attack("OPTIONS without an origin", message("OPTIONS /api/bob/tasks HTTP/1.1", [bearer(alice)])),
    attack("bob's token on a path of alice", getRequest("/api/alice/tasks", bearer(bob))),
    attack(
      "2000 headers before an identity",
      getRequest(
        "/public",
        ...Array.from({ length: 2000 }, (_, index) => `x-${index}: 1`),
        "X-Usher-User: bob",
      ),
    ),
    attack("a value with a bare line feed", getRequest("/public", "X-A: 1\nX-Usher-User: bob")),
    attack("a value with a bare carriage return", getRequest("/public", "X-A: 1\rX-Usher-User: bob")),
    attack("a folded value", getRequest("/public", "X-A: 1\r\n X-Usher-User: bob")),
    attack("a value with NUL", getRequest("/public", "X-A: 1\0X-Usher-User: bob")),
    attack(
      "an upgrade to h2c",
      getRequest(
        "/api/bob/tasks",
        bearer(alice),
        "Connection: upgrade, http2-settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABk",
      ),
    ),
    attack(
      "an upgrade to a WebSocket on another user's path",
      getRequest(
        "/api/bob/tasks",
        bearer(alice),
        "Connection: upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ),
    ),
    attack(
      "an upgrade to a WebSocket without a token",
      getRequest(
        "/api/bob/tasks",
        "Connection: upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "X-Usher-User: bob",
      ),
    ),
  ];
}

function identityAttacks({ alice }: People): Attack[] {
  return identitySpellings.flatMap((name) => [
    attack(
      `${JSON.stringify(name)} beside alice's token`,
      getRequest("/api/alice/tasks", bearer(alice), `${name}: bob`),
    ),
    attack(`${JSON.stringify(name)} on a public path`, getRequest("/public", `${name}: bob`)),
    attack(`${JSON.stringify(name)} in place of a token`, getRequest("/api/bob/tasks", `${name}: bob`)),
  ]);
}

/** Two tokens, or one in a place that someone else might read. */
function credentials({ alice, bob }: People): Attack[] {
  const target = "/api/alice/tasks";
  return [
    attack("two tokens, the own first", getRequest(target, bearer(alice), bearer(bob))),
    attack("two tokens, the own last", getRequest(target, bearer(bob), bearer(alice))),
    attack("two tokens in one field", getRequest(target, `${bearer(alice)}, Bearer ${bob.token}`)),
    attack("a token and Basic", getRequest(target, bearer(alice), "Authorization: Basic Ym9iOmJvYg==")),
    attack(
      "Authorization with an underscore",
      getRequest(target, bearer(alice), `Authorization_: Bearer ${bob.token}`),
    ),
    attack("a token in the query as well", getRequest(`${target}?access_token=${bob.token}`, bearer(alice))),
    attack("a token in the query alone", getRequest(`/api/bob/tasks?access_token=${bob.token}`)),
    attack("a token in a cookie", getRequest("/api/bob/tasks", `Cookie: access_token=${bob.token}`)),
    attack(
      "a token in X-Authorization",
      getRequest("/api/bob/tasks", `X-Authorization: Bearer ${bob.token}`),
    ),
    attack("a token before a space", getRequest(target, `Authorization : Bearer ${alice.token}`)),
    attack("a folded token", getRequest(target, `Authorization: Bearer\r\n ${alice.token}`)),
    attack(
      "a token without its signature",
      getRequest(target, `Authorization: Bearer ${alice.token.replace(/[^.]*$/, "")}`),
    ),
    attack(
      "a token with bob's payload",
      getRequest("/api/bob/tasks", `Authorization: Bearer ${swapped(alice.token, bob.token)}`),
    ),
    attack("an upper-case scheme", getRequest(target, `AUTHORIZATION: BEARER ${alice.token}`)),
  ];
}

function swapped(token: string, other: string): string {
  const [header, , signature] = token.split(".");
  return [header, other.split(".")[1], signature].join(".");
}
