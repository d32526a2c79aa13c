import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../support/child.ts";
import { freePort, waitForPort } from "../support/ports.ts";
import type { Front } from "./front.ts";

/** nginx that passes everything to the gate: how a gate is reached in most networks. */
export async function startNginxBeforeGate(program: string, gate: number): Promise<Front> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "usher-nginx-"));
  // Started as root, nginx works as another user.
  chmodSync(folder, 0o755);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log stderr crit; worker_processes 1; events {}
    http {
      access_log off; ${temporary.join(" ")}
      large_client_header_buffers 4 16k;
      upstream gate { server 127.0.0.1:${gate}; keepalive 16; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://gate;
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header Connection "";
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_set_header X-Forwarded-Proto $scheme;
        }
      }
    }`,
  );
  const child = startChild(program, ["-p", folder, "-e", "stderr", "-c", file]);
  await waitForPort(port);
  return {
    port,
    log: child.log,
    hasEnded: child.hasEnded,
    stop: async () => {
      await child.stop("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
