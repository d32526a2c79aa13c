import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { explainGate } from "./explain-gate.ts";

const example = fileURLToPath(new URL("../../../examples/gate", import.meta.url));
const read = (file: string) => readFileSync(join(example, file), "utf8");

interface Service {
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly ports?: readonly { readonly targetPort: string }[];
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
}

/** The documents of a YAML file, parsed without an error or a warning. */
function yamlOf(file: string): unknown[] {
  const documents = parseAllDocuments(read(file), { version: "1.2" });
  if (!Array.isArray(documents)) throw new Error(`${file} is empty`);
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  return documents.map((document) => document.toJS());
}

test("the code of the backends has nothing about authentication, except how to read who is calling", () => {
  const files = globSync(["fastapi/todo_api/*.py", "go/*.{go,yaml}"], { cwd: example }).filter(
    (file) => !/caller\.(?:py|go)$/.test(file),
  );
  expect(files.length).toBeGreaterThan(12);
  for (const file of files) {
    const code = read(file).replaceAll("decoder.Token()", "");
    expect(code.match(/\b(?:tokens?|jwt|usher_auth|authoriz\w+|bearer|security)\b/i), file).toBe(null);
  }
  expect(read("fastapi/pyproject.toml")).toContain('dependencies = ["fastapi", "uvicorn"]');
  expect(read("fastapi/requirements.txt")).not.toMatch(/jwt|cryptography|usher/i);
  expect(read("go/go.mod")).not.toContain("require");
});

test("the backends listen on loopback, whatever the environment says", () => {
  expect(read("fastapi/todo_api/__main__.py")).toContain('host="127.0.0.1"');
  expect(read("go/main.go")).toContain('net.JoinHostPort("127.0.0.1", ');
});

test("the gate accepts its flags and variables in Compose and in Kubernetes", async () => {
  const [{ services }] = yamlOf("compose.yaml") as [{ services: Record<string, Service> }];
  const [deployment] = yamlOf("kubernetes.yaml") as Manifest[];
  const gate = deployment?.spec.template?.spec.containers.find(({ name }) => name === "gate");
  const variables = Object.fromEntries((gate?.env ?? []).map(({ name, value }) => [name, value]));
  const runs = [
    [services.gate?.command ?? [], services.gate?.environment ?? {}],
    [gate?.args ?? [], variables],
  ] as const;
  for (const [words, environment] of runs) {
    const all = ["--config", "usher.gate.yaml", "--openapi", "go/openapi.yaml", ...words];
    const { rules, warnings } = await explainGate(example, all, environment);
    expect(warnings).toEqual([]);
    expect(rules.filter(({ access }) => access === "public").map(({ path }) => path)).toEqual([
      "/health/live",
      "/health/ready",
    ]);
    const own = rules.filter(({ access }) => access === "required");
    expect(own.map(({ owners }) => owners)).toEqual(Array.from({ length: 6 }, () => ({ user_id: "sub" })));
  }
});

test("in Compose, only the gate has a published port, and the backend is in its network", () => {
  const [{ services }] = yamlOf("compose.yaml") as [{ services: Record<string, Service> }];
  const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
  expect(published.map(([name]) => name)).toEqual(["gate"]);
  expect(services.backend?.network_mode).toBe("service:gate");
  expect(services.gate?.command).toEqual(expect.arrayContaining(["--host", "0.0.0.0"]));
});

test("in Kubernetes, only the gate has a port, and the Service leads to it", () => {
  const manifests = yamlOf("kubernetes.yaml") as Manifest[];
  const containers = manifests.flatMap(({ spec }) => spec.template?.spec.containers ?? []);
  expect(containers.map(({ name }) => name)).toEqual(["gate", "backend"]);
  const [gate, backend] = containers;
  expect(backend?.ports).toBeUndefined();
  expect(gate?.ports).toEqual([{ name: "http", containerPort: 8080 }]);
  expect(gate?.args?.join(" ")).toContain("--host 0.0.0.0 --port 8080");
  expect(manifests.find(({ kind }) => kind === "Service")?.spec.ports).toEqual([
    { port: 80, targetPort: "http" },
  ]);
});
