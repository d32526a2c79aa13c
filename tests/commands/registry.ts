import type { Expected, Place, Proof, Registry } from "../../scripts/check/commands/proofs.ts";

// What makes sure that each block of commands in the documents works as it stands. A block that only installs
// packages is run in a new project, and needs no entry. Blocks are named by how they begin.

const runs = (at: Place, expected: Expected = {}): Proof => ({ kind: "runs", at, ...expected });
const settings: Proof = { kind: "settings" };
const scripts = (runBy: Readonly<Record<string, string>>): Proof => ({ kind: "scripts", runBy });
const unproven = (digest: string, because: string): Proof => ({ kind: "unproven", because, digest });

/** A test runs every block of it, in their order. */
const production: Proof = { kind: "suite", test: "tests/e2e/production-guide.test.ts" };

/** Lines of the scripts' blocks that no test runs, with the reason. */
const minutes = "not in CI: it measures, or takes longer than CI may";
const writes = "not in CI: it changes the working tree, for a person to read";

export const registry: Registry = {
  "README.md": {
    "npx usher-auth init": runs("project", { prints: "usher.ts" }),
    // The first line starts the demo for the others. CI ends with the second one.
    "npm ci && npm start": { kind: "suite", test: "tests/commands/clone.test.ts" },
    "npx usher-auth gate": runs("gate", { until: "the gate listens on" }),
  },
  "CONTRIBUTING.md": {
    "npm ci\nnpm run dev": scripts({
      "npm ci": ".ci/run",
      "npm run dev": "tests/e2e/dev.test.ts",
      "npm run test:unit": "scripts/test.ts",
      "npm test": ".ci/run",
      "npm run check": "scripts/test.ts",
      "npm run conformance": writes,
      "npx biome check --write": writes,
    }),
    "npm run test:mutation": scripts({
      "npm run test:mutation": minutes,
      "npm run test:rules": minutes,
      "npm run": ".ci/run",
    }),
  },
  "apps/api/README.md": { "export BETTER_AUTH_SECRET": runs("clone", { until: "api listening on" }) },
  "docs/benchmarks.md": {
    "npm run bench": scripts({ "npm run bench": minutes }),
  },
  "docs/guide/alerts.md": { "npx usher-auth status": runs("clone", { prints: "Healthy" }) },
  "docs/guide/any-backend.md": {
    "npm install usher-auth": runs("gate", { until: "the gate listens on", separately: true }),
    "BETTER_AUTH_SECRET=": settings,
    "curl localhost:8080": runs("gate", { prints: "owner_mismatch" }),
    "npx usher-auth audit": runs("gate"),
  },
  "docs/guide/audit.md": {
    "npx usher-auth audit http://localhost:3001/openapi.json --test-users --issuer http://localhost:3000\n":
      runs("clone"),
    "npx usher-auth audit http://localhost:3001/openapi.json --test-users --issuer http://localhost:3000 --writes":
      runs("clone"),
    "npx usher-auth audit openapi.json": unproven(
      "59c471e7a8d7",
      "needs an API for organizations and its three users: tests/e2e/organizations/audit-example.ts audits one",
    ),
  },
  "docs/guide/configuration.md": { "DATABASE_URL=": settings },
  "docs/guide/doctor.md": {
    "npm install --save-dev usher-auth": runs("project", { prints: "No problem found" }),
  },
  "docs/guide/expo.md": {
    "npx create-expo-app@latest": unproven(
      "490115ae70b6",
      "starts from whatever version of Expo is the newest that day",
    ),
  },
  "docs/guide/fastapi.md": { "pip install ./ports/python": runs("clone") },
  "docs/guide/gate-behind-a-proxy.md": {
    "npx usher-auth gate": runs("gate", { until: "the gate listens on" }),
  },
  "docs/guide/getting-started.md": {
    "BETTER_AUTH_SECRET=": settings,
    "node --env-file=.env": runs("project", { prints: "owner_mismatch" }),
    "npx usher-auth doctor": runs("project", { prints: "No problem found" }),
  },
  "docs/guide/init.md": {
    "npx usher-auth init --dry-run": runs("project", { prints: "usher.ts" }),
    "npx usher-auth init my-api": runs("project", { prints: "npm install" }),
    "npm install\nnpm test": unproven(
      "7972fc55e9b9",
      "needs a running API and Better Auth: tests/init/starters.test.ts runs the same for each starter",
    ),
  },
  "docs/guide/install.md": { "mkdir -p ../usher-packages": runs("clone") },
  "docs/guide/machines.md": {
    "npm init -y": runs("project"),
    "export BETTER_AUTH_SECRET": runs("project", { prints: '"email":"ada@example.com"' }),
  },
  "docs/guide/metrics.md": {
    "node --env-file=.env": runs("project", { prints: "# TYPE", separately: true }),
  },
  "docs/guide/migrating.md": { "npx usher-auth audit openapi.json": runs("clone") },
  "docs/guide/nextjs.md": {
    "npx create-next-app@latest": unproven(
      "202b7d797f8c",
      "starts from whatever version of Next.js is the newest that day",
    ),
    "BETTER_AUTH_SECRET=": settings,
    "npm init --yes": runs("project"),
    "node --env-file=../my-app/.env.local": unproven(
      "367aa373ce02",
      "needs the app that create-next-app made",
    ),
  },
  "docs/guide/organizations.md": {
    "npm install @usher-auth/issuer better-auth #": runs("project"),
    "npx usher-auth sql": runs("clone", { prints: "create policy" }),
  },
  "docs/guide/production.md": { "*": production },
  "docs/guide/rows-operations.md": { "npx usher-auth tables": runs("postgres") },
  "docs/guide/rows.md": {
    "npm install @usher-auth/verify @usher-auth/postgres usher-auth fastify pg #": runs("project"),
    "npx usher-auth migrate": runs("postgres"),
    'echo "USHER_ROWS_KEY=': runs("postgres"),
    "npx usher-auth sql": runs("clone", { prints: "create policy" }),
  },
  "docs/guide/scaling.md": {
    "npm run demo:replicas": scripts({ "npm run demo:replicas": "tests/e2e/demo-replicas.test.ts" }),
  },
  "docs/guide/token.md": { "npx usher-auth token": runs("clone", { prints: '"tasks":[' }) },
  "docs/security/README.md": {
    "npm run test:security": scripts({
      "npm run test:security": "scripts/test.ts",
      USHER_DIFFERENTIAL: minutes,
      "npm run test:rules": minutes,
      "npm run test:mutation": minutes,
      "npm run": ".ci/run",
    }),
  },
  "docs/security/faults.md": { "npm run test:long": scripts({ "npm run test:long": ".ci/run" }) },
  "docs/security/supply-chain.md": {
    "sha256sum --check": unproven("d375eacf28dc", "needs the files of a release"),
    "git checkout v<version>": unproven("540c3c74d132", "needs the tag of a release"),
  },
  "examples/expo/README.md": {
    "npm ci\nnpm run build": runs("clone", { until: "Web app" }),
    "npm run app": unproven("7d1905fc1eab", "waits for an emulator or a telephone"),
    "EXPO_PUBLIC_AUTH_URL=": unproven("0c5dfdda600f", "waits for a telephone in the same network"),
  },
  "examples/fastapi/README.md": {
    "npm ci\nnpm run demo:fastapi": runs("clone", { until: "Ctrl-C stops both" }),
    "python3 -m venv": runs("clone", { until: "Uvicorn running", in: "examples/fastapi" }),
  },
  "examples/gate/README.md": {
    "npm ci\nnpm run demo:gate": runs("clone", { until: "Ctrl-C stops all", separately: true }),
  },
  "examples/gate/fastapi/README.md": {
    "python3 -m venv": runs("clone", { until: "Uvicorn running", in: "examples/gate/fastapi" }),
    "BETTER_AUTH_SECRET=": runs("clone", { until: "the gate listens on", in: "examples/gate" }),
  },
  "examples/gate/go/README.md": {
    "PORT=8000": runs("clone", { until: "todo listening on", in: "examples/gate/go" }),
    "BETTER_AUTH_SECRET=": runs("clone", { until: "the gate listens on", in: "examples/gate" }),
  },
  "examples/next/README.md": { "npm ci\nnpm run build": runs("clone", { until: "Web app:" }) },
  "examples/organizations/README.md": {
    "npm ci\ncd examples/organizations": runs("clone", { until: "Better Auth:" }),
    "token=$(npm run": runs("clone", { prints: "Hello, ", in: "examples/organizations" }),
    "npm run audit": runs("clone", { in: "examples/organizations" }),
  },
  "examples/sveltekit/README.md": { "npm ci\nnpm run build": runs("clone", { until: "Web app:" }) },
  "packages/cli/README.md": {
    "npm install --save-dev usher-auth": runs("project", { prints: "No problem found" }),
  },
};
