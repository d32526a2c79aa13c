import type { People } from "../support/people.ts";
import { type Attack, attack, bearer, message, ordinaryBody } from "./attack.ts";

const unusual = [
  "get",
  "Get",
  "GETT",
  "PATCH",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "SEARCH",
  "QUERY",
  "PURGE",
  "M-SEARCH",
  "LINK",
  "OPTIONS",
  "PRI",
  "DEBUG",
  "TRACK",
  "POST\x00",
  "GET\t",
  "G\xcbT",
  "GET,POST",
  "DELETE",
  "PUT",
] as const;

/** Methods that the backend does not have there, on the own path and on another's. */
export function methodAttacks({ alice }: People): Attack[] {
  return [
    ...unusual.map((method) =>
      attack(
        `${JSON.stringify(method)} on the own path`,
        message(`${method} /api/alice/tasks/1 HTTP/1.1`, [bearer(alice)]),
      ),
    ),
    ...unusual.map((method) =>
      attack(
        `${JSON.stringify(method)} on bob's path`,
        message(`${method} /api/bob/tasks/1 HTTP/1.1`, [bearer(alice)]),
      ),
    ),
    ...unusual
      .slice(0, 13)
      .map((method) =>
        attack(`${JSON.stringify(method)} on a public path`, message(`${method} /public HTTP/1.1`, [])),
      ),
    attack("DELETE on a path that only reads", message("DELETE /reports HTTP/1.1", [bearer(alice)])),
    attack("HEAD on bob's path", message("HEAD /api/bob/tasks HTTP/1.1", [bearer(alice)])),
    attack("HEAD on the own path", message("HEAD /api/alice/tasks HTTP/1.1", [bearer(alice)])),
    attack("CONNECT to a host", message("CONNECT forged.example:443 HTTP/1.1", [bearer(alice)])),
    attack("OPTIONS *", message("OPTIONS * HTTP/1.1", [bearer(alice)])),
    attack("GET with a body", message("GET /api/alice/tasks HTTP/1.1", [bearer(alice)], ordinaryBody), {
      bodies: [ordinaryBody],
    }),
    attack("no method", message(" /api/bob/tasks HTTP/1.1", [bearer(alice)])),
    ...[
      "HTTP/1.0",
      "HTTP/0.9",
      "HTTP/2.0",
      "HTTP/1.2",
      "HTTP/9.9",
      "http/1.1",
      "HTTP/1.1 ",
      "HTTP/1",
      "ICE/1.0",
      "RTSP/1.0",
      "HTTP/11",
    ].map((version) =>
      attack(
        `version ${JSON.stringify(version)}`,
        message(`GET /api/alice/tasks ${version}`, [bearer(alice)]),
      ),
    ),
    attack("no version", "GET /api/bob/tasks\r\n\r\n"),
    attack("a tab in the request line", message("GET\t/api/bob/tasks\tHTTP/1.1", [bearer(alice)])),
    attack("two spaces in the request line", message("GET  /api/alice/tasks  HTTP/1.1", [bearer(alice)])),
    attack(
      "a second target in the request line",
      message("GET /api/alice/tasks /api/bob/tasks HTTP/1.1", [bearer(alice)]),
    ),
  ];
}
