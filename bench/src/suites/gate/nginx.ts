import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@usher-auth/e2e/free-port";
import { findProgram } from "./programs.ts";
import { type Started, startProgram } from "./started.ts";

/** How nginx asks a guard. */
export interface AuthRequest {
  readonly guardPort: number;
  /** Of the guard's endpoint, in nginx's own notation. */
  readonly path: string;
  /** Response headers of the guard that go to the API. */
  readonly identity: readonly string[];
}

/** Why nginx cannot be started; undefined if it can. */
export function missingNginx(): string | undefined {
  return findProgram("nginx") === undefined ? "nginx is not installed" : undefined;
}

/** Starts nginx with one worker, which asks the guard about each request before it goes to the API. */
export async function startNginx(folder: string, apiPort: number, ask: AuthRequest): Promise<Started> {
  const port = await freePort();
  const own = join(folder, `nginx-${port}`);
  mkdirSync(own);
  const file = join(own, "nginx.conf");
  writeFileSync(file, configuration(own, port, apiPort, ask));
  const program = findProgram("nginx") as string;
  return startProgram([program, "-p", own, "-c", file, "-e", "stderr"], "beside", port);
}

function configuration(
  folder: string,
  port: number,
  apiPort: number,
  { guardPort, path, identity }: AuthRequest,
): string {
  const variable = (name: string) => `$${name.toLowerCase().replaceAll("-", "_")}`;
  const passed = identity.flatMap((name) => [
    `auth_request_set ${variable(name)} ${variable(`upstream-http-${name}`)};`,
    `proxy_set_header ${name} ${variable(name)};`,
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  return `daemon off;
worker_processes 1;
pid ${join(folder, "nginx.pid")};
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  keepalive_requests 100000000;
  proxy_http_version 1.1;
  upstream api { server 127.0.0.1:${apiPort}; keepalive 64; keepalive_requests 100000000; }
  upstream guard { server 127.0.0.1:${guardPort}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      auth_request /_guard;
      ${passed.join("\n      ")}
      proxy_set_header Connection "";
      proxy_pass http://api;
    }
    location = /_guard {
      internal;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Connection "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
      proxy_pass http://guard${path};
    }
  }
}
`;
}
