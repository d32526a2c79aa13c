import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sqlOf from "postgres";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { freePort } from "./support/network/free-port.ts";
import { startPostgres } from "./support/postgres/start-postgres.ts";
import { machineEnvironment } from "./support/processes/machine-environment.ts";

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly secrets: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<"web" | "api" | "postgres", Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

interface PodTemplate {
  readonly spec: { template: { spec: { containers: Container[] } } };
}

interface Container {
  readonly env: { name: string; value: string }[];
  readonly securityContext: object;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs/guide/containers.md"), "utf8");
const hostNames = new URL("support/network/host-names.ts", import.meta.url).href;
const within = { timeout: 30_000 };

/** The guide's block of this name. */
function blockOf(file: string): string {
  const block = guide.match(new RegExp(`^\`\`\`\\w+ file=${file}\\n(.*?)^\`\`\``, "ms"))?.[1];
  if (block === undefined) throw new Error(`docs/guide/containers.md has no ${file}`);
  return block;
}

/** The documents of a YAML file, parsed without an error or a warning. */
function yamlOf(file: string): unknown[] {
  const documents = parseAllDocuments(blockOf(file), { version: "1.2" });
  if (!Array.isArray(documents)) throw new Error(`${file} is empty`);
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  return documents.map((document) => document.toJS());
}

const compose = yamlOf("compose.yaml")[0] as Compose;

/** Starts the guide's programs as in compose.yaml, with other ports, and hosts that all mean this machine. */
async function startServices() {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  for (const name of ["auth", "api"]) await postgres.createDatabase(name);
  mkdirSync(join(root, "dist"), { recursive: true });
  const folder = mkdtempSync(join(root, "dist/containers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "better_auth_secret"), "a-test-secret-with-more-than-32-bytes-in-it\n");
  writeFileSync(join(folder, "postgres_password"), `${new URL(postgres.url).password}\n`);
  const ports = { web: await freePort(), api: await freePort() };
  const withPorts = (text: string) =>
    text.replaceAll(":3000/", `:${ports.web}/`).replaceAll(":3001/", `:${ports.api}/`);

  const start = (name: "web" | "api", changes: Record<string, string> = {}) => {
    const settings = Object.entries({ ...compose.services[name].environment, ...changes }).map(
      ([key, value]) => [key, withPorts(value).replace("/run/secrets", folder)],
    );
    writeFileSync(join(folder, `${name}.ts`), blockOf(`${name}.ts`));
    const child = spawn(
      process.execPath,
      ["--conditions=@usher-auth/source", `--import=${hostNames}`, `${name}.ts`],
      {
        cwd: folder,
        env: {
          ...machineEnvironment(),
          ...Object.fromEntries(settings),
          PORT: String(ports[name]),
          PGPORT: String(postgres.port),
          TEST_HOST_NAMES: "web,api,postgres",
        },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    return watch(child);
  };
  const isHealthy = (name: "web" | "api") => {
    const [, command = "", ...args] = compose.services[name].healthcheck.test;
    expect(command).toBe("node");
    return promisify(execFile)(process.execPath, args.map(withPorts)).then(
      () => true,
      () => false,
    );
  };
  /** Ends the connections of all clients, as a restart of Postgres does. */
  const disconnect = async () => {
    const sql = sqlOf(postgres.url, { max: 1 });
    await sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND datname IS NOT NULL`;
    await sql.end();
  };
  return { ports, start, isHealthy, disconnect };
}

/** Ends the process with the test. */
function watch(child: ChildProcess) {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = once(child, "exit");
  onTestFailed(() => console.error(errors));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, ended, errors: () => errors };
}

test("Docker Compose: every secret, network and volume that a service names is defined", () => {
  const file = compose as unknown as Record<string, Record<string, object>>;
  for (const kind of ["secrets", "networks"]) {
    for (const service of Object.values(file.services ?? {}) as Record<string, string[]>[])
      for (const name of service[kind] ?? []) expect(file[kind]).toHaveProperty([name]);
  }
  for (const { environment, secrets } of Object.values(compose.services)) {
    const files = Object.entries(environment).filter(([name]) => name.endsWith("_FILE"));
    expect(files.map(([, path]) => path.replace("/run/secrets/", "")).sort()).toEqual([...secrets].sort());
  }
});

test("Docker Compose: every service starts again after a crash, and after its machine", () => {
  for (const service of Object.values(compose.services))
    expect(service).toMatchObject({ restart: "unless-stopped" });
});

test("Kubernetes: a user who is not root has a number, because the image may have a name only", () => {
  const [deployment] = yamlOf("api.yaml") as [PodTemplate];
  const [container] = deployment.spec.template.spec.containers;
  expect(guide).toContain("\nUSER node\n");
  expect(container?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
});

test("Kubernetes: the settings of the API are those of Docker Compose, with the full name of the host", () => {
  const [deployment, service, policy] = yamlOf("api.yaml") as { kind: string; spec: unknown }[];
  expect([deployment, service, policy].map((document) => document?.kind)).toEqual([
    "Deployment",
    "Service",
    "NetworkPolicy",
  ]);
  const env = (deployment as PodTemplate).spec.template.spec.containers[0]?.env ?? [];
  const { environment } = compose.services.api;
  const fullName = (value: string) => value.replace(/\bweb\b/, "web.default.svc.cluster.local");
  const { PGPASSWORD_FILE: _, ...settings } = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const { PGPASSWORD_FILE: __, ...expected } = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, fullName(value)]),
  );
  expect(settings).toEqual(expected);
});

test("the guide's web app, API and Postgres work together over host names", async () => {
  const { ports, start, isHealthy, disconnect } = await startServices();
  const refused = start("api", { USHER_ALLOW_INSECURE_HOSTS: "" });
  const web = start("web");
  expect((await refused.ended)[0]).toBe(1);
  expect(refused.errors()).toContain("on a host in allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS)");

  await expect.poll(() => isHealthy("web"), within).toBe(true);
  const api = start("api");
  await expect.poll(() => isHealthy("api"), within).toBe(true);

  const auth = `http://127.0.0.1:${ports.web}/api/auth`;
  const origin = compose.services.web.environment.BETTER_AUTH_URL ?? "";
  const post = (path: string, body: object, cookie = "") =>
    fetch(`${auth}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", origin, cookie },
    });
  const person = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
  const signedUp = await post("/sign-up/email", person);
  const { user } = (await signedUp.json()) as { user: { id: string } };
  const cookie = signedUp.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const { token } = (await (await fetch(`${auth}/token`, { headers: { cookie } })).json()) as {
    token: string;
  };
  const [, claims = ""] = token.split(".");
  expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
    iss: "https://app.example.com",
    aud: "https://api.example.com",
  });
  const ask = () =>
    fetch(`http://127.0.0.1:${ports.api}/api/${user.id}/tasks`, {
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await ask()).status).toBe(200);

  await disconnect();
  await expect.poll(async () => (await isHealthy("web")) && (await isHealthy("api")), within).toBe(true);
  expect([web.child.exitCode, api.child.exitCode]).toEqual([null, null]);

  expect((await post("/sign-out", {}, cookie)).status).toBe(200);
  await expect
    .poll(async () => ((await (await ask()).json()) as { code?: string }).code, within)
    .toBe("token_revoked");

  for (const { errors } of [web, api]) expect(errors().match(/USHER_INSECURE_HOST/g)).toHaveLength(1);
  for (const { child } of [web, api]) child.kill("SIGTERM");
  expect([(await web.ended)[0], (await api.ended)[0]]).toEqual([0, 0]);
});
