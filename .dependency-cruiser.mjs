/**
 * Which file may import which (ARCHITECTURE.md, "Import rules"). Each rule's comment says why. It is printed when
 * the rule is broken.
 */

const verify = "^packages/verify/src";
const client = "^packages/client/src";

/** The steps of verifying, in order. None imports another: verifier.ts and guard.ts call them. */
const steps = "access/bearer|token/parse|keys/signature|claims/claims|access/owner|access/policies";

/**
 * The rooms of packages/verify/src, in the order in which each may be built: what a room may import, and why
 * nothing else. Types count as well.
 */
const rooms = [
  {
    room: "user-code",
    imports: [],
    why: "It calls an application's functions safely. It knows nothing about tokens.",
  },
  {
    room: "events",
    imports: ["user-code", "claims", "revocation", "access"],
    why: "It names what happens, with the types of what it is about, and decides nothing.",
  },
  {
    room: "audit",
    imports: ["user-code", "events", "claims", "revocation", "access"],
    why: "It turns events into entries. It must not change what they tell, so nothing that decides knows it.",
  },
  {
    room: "token",
    imports: [],
    why: "It reads a text before anything is verified. It must not know keys or claims.",
  },
  {
    room: "keys",
    imports: ["user-code", "events", "token"],
    why: "A key answers for a signature. What the token claims must not change which key is used.",
  },
  {
    room: "claims",
    imports: ["user-code", "token"],
    why: "Claims are checked once the signature holds. They must not reach back to the keys.",
  },
  {
    room: "revocation",
    imports: ["user-code", "events"],
    why: "A list of ids and a store. It verifies nothing.",
  },
  {
    room: "verifier",
    imports: ["user-code", "events", "token", "keys", "claims", "revocation"],
    why: "The pipeline knows the steps, and no HTTP: it also serves queues, sockets and scripts.",
  },
  {
    room: "http",
    imports: [],
    why: "Headers in, answers out. It decides nothing, so it needs nothing that decides.",
  },
  {
    room: "access",
    imports: ["user-code", "events", "keys", "claims", "verifier", "http"],
    why: "The guard asks the verifier and answers by http. Logout and sockets build on the guard.",
  },
  {
    room: "policies",
    imports: ["claims", "access"],
    why: "What a route may require, ready to use. The guard calls any policy, so it knows none of these.",
  },
  {
    room: "logout",
    imports: ["user-code", "events", "token", "claims", "revocation", "verifier", "http"],
    why: "The endpoint verifies its own kind of token. It is public, so it knows no guard.",
  },
  {
    room: "mcp",
    imports: ["claims", "http", "access"],
    why: "It reads which tool a message calls, and asks the guard. It verifies nothing.",
  },
  {
    room: "websocket",
    imports: ["user-code", "claims", "verifier", "http", "access"],
    why: "A session asks the guard again and again. Which framework opened the socket is the adapter's matter.",
  },
];

/** The rooms of packages/client/src. Loose files serve all of them. */
const clientRooms = [
  { room: "refusal", imports: [], why: "It reads an answer. What is done about it is the caller's matter." },
  { room: "token", imports: [], why: "It knows whose token it is, and not what it is sent with." },
  {
    room: "request",
    imports: ["refusal", "token"],
    why: "One call, for the browser's client and the server's.",
  },
  { room: "server", imports: ["token", "request"], why: "It keeps nothing of a user, so it knows no cache." },
  { room: "proxy", imports: ["refusal", "token", "request"], why: "It passes requests on, and makes none." },
];

/** Loose files that every room may import. They import errors.ts alone. */
const foundation = "cache|clock|errors|log-text|option-values|warning";

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that import each other, even only types, are one idea in two places.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...rooms.map(({ room, imports, why }) => ({
      name: `room-${room}`,
      comment: `${room}/ may import ${imports.map((name) => `${name}/`).join(", ") || "no other room"}. ${why}`,
      severity: "error",
      // A room's index.ts is an entry of the package. It may offer what belongs to its task from anywhere.
      from: { path: `${verify}/${room}/`, pathNot: `${verify}/${room}/index\\.ts$` },
      to: {
        path: `${verify}/`,
        pathNot: `${verify}/(${[room, ...imports].join("|")})/|${verify}/(${foundation})\\.ts$`,
      },
    })),
    ...clientRooms.map(({ room, imports, why }) => ({
      name: `client-${room}`,
      comment: `${room}/ may import ${imports.map((name) => `${name}/`).join(", ") || "no other room"}. ${why}`,
      severity: "error",
      from: { path: `${client}/${room}/` },
      to: { path: `${client}/[a-z-]+/`, pathNot: `${client}/(${[room, ...imports].join("|")})/` },
    })),
    {
      name: "entries-are-for-applications",
      comment: "An index.ts is an entry of the package. Inside, import the file that has what you need.",
      severity: "error",
      from: { path: `${verify}/` },
      to: { path: [`${verify}/index\\.ts$`, `${verify}/[a-z-]+/index\\.ts$`] },
    },
    {
      name: "foundation",
      comment: "What every room imports must not import a room: it would drag that room in everywhere.",
      severity: "error",
      from: { path: `${verify}/(${foundation})\\.ts$` },
      to: { path: `${verify}/`, pathNot: `${verify}/errors\\.ts$` },
    },
    {
      name: "verify-has-no-dependency",
      comment:
        "@usher-auth/verify depends on nothing at all; an adapter may import its own framework (next rule).",
      severity: "error",
      from: { path: `${verify}/`, pathNot: `${verify}/adapters/` },
      to: { dependencyTypesNot: ["local", "core", "type-only"] },
    },
    {
      name: "adapter-imports-its-framework-only",
      comment: "An adapter translates one framework: it imports that one, and no other adapter.",
      severity: "error",
      from: { path: `${verify}/adapters/([^/.]+)` },
      to: {
        path: "node_modules|^packages/verify/src/adapters/",
        pathNot: "node_modules/$1/|node_modules/@$1/|^packages/verify/src/adapters/$1/",
      },
    },
    {
      name: "steps-do-not-import-each-other",
      comment: "verifier.ts and guard.ts call the steps in order. A step that calls another hides the order.",
      severity: "error",
      from: { path: `${verify}/(${steps})\\.ts$` },
      to: {
        path: `${verify}/(${steps})\\.ts$`,
        pathNot: `${verify}/$1\\.ts$`,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "cryptography-in-one-place",
      comment: "Only keys/ touches node:crypto, so that a reader knows where to look.",
      severity: "error",
      from: { path: `${verify}/`, pathNot: `${verify}/keys/` },
      to: { path: "^(node:)?crypto$" },
    },
    {
      name: "env-is-for-the-entry",
      comment: "Only env.ts reads the environment, and only index.ts exports it.",
      severity: "error",
      from: { path: `${verify}/`, pathNot: `${verify}/index\\.ts$` },
      to: { path: `${verify}/env\\.ts$` },
    },
    {
      name: "revocations-without-drizzle",
      comment: "The command line revokes with postgres.js only. Drizzle is for the rest of the package.",
      severity: "error",
      from: { path: "^packages/postgres/src/revocations/" },
      to: {
        path: "node_modules/drizzle-orm/|^packages/postgres/src/(?!revocations/|(timeout|server-url|sql/privileges)\\.ts$)",
      },
    },
    {
      name: "rows-without-the-other-parts",
      comment:
        '`import "@usher-auth/postgres"` needs no driver and no ORM: these, revocations and connections have subpaths.',
      severity: "error",
      from: { path: "^packages/postgres/src/(index\\.ts|sql/|rows/(?!(drizzle|kysely|prisma)/))" },
      to: {
        path: "node_modules/|^packages/postgres/src/(connection/|revocations/|rows/(drizzle|kysely|prisma)/)",
      },
    },
    {
      name: "drizzle-without-its-drivers",
      comment: "drizzleRows takes the user's database: each of Drizzle's drivers loads its own package.",
      severity: "error",
      from: { path: "^packages/postgres/src/rows/drizzle/" },
      to: {
        path: "node_modules/(?!drizzle-orm/)|node_modules/drizzle-orm/(?!(index|sql/.*|pg-core/.*|cache/.*)\\.)|^packages/postgres/src/(connection|revocations)/",
      },
    },
    {
      name: "orm-imports-itself-only",
      comment:
        "Each ORM has a subpath, so that its users need no other one. The drivers are the application's.",
      severity: "error",
      from: { path: "^packages/postgres/src/rows/(drizzle|kysely|prisma)/" },
      to: {
        path: "node_modules/|^packages/postgres/src/rows/(drizzle|kysely|prisma)/",
        pathNot: "node_modules/$1(-orm)?/|node_modules/@$1/|^packages/postgres/src/rows/$1/",
      },
    },
    {
      name: "drivers-stay-apart",
      comment: "What drivers share about a bound statement is in binding/, which knows no driver.",
      severity: "error",
      from: { path: "^packages/postgres/src/rows/drivers/([^/]+)/" },
      to: {
        path: "^packages/postgres/src/rows/drivers/",
        pathNot: "^packages/postgres/src/rows/drivers/$1/",
      },
    },
    {
      name: "binding-knows-no-driver",
      comment: "Who a statement runs for, and what is sent with it, is the same for every driver.",
      severity: "error",
      from: { path: "^packages/postgres/src/rows/binding/" },
      to: { path: "^packages/postgres/src/rows/(drivers|drizzle|kysely|prisma)/" },
    },
    {
      name: "connection-without-drivers",
      comment:
        "The application passes its own postgres.js, so the subpath needs no optional peer, only its types.",
      severity: "error",
      from: { path: "^packages/postgres/src/connection/" },
      to: {
        path: "node_modules/|^packages/postgres/src/(?!connection/|server-url\\.ts$)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "packages-by-their-names",
      comment: "A package is imported by its public name, not by a path into its files.",
      severity: "error",
      from: { path: "^(packages/[^/]+|apps/[^/]+|scripts|tests/e2e)/" },
      to: {
        path: "^packages/([^/]+)/src/(?!index\\.ts|server\\.ts|[a-z/]+/index\\.ts|adapters/)",
        pathNot: "^$1/",
      },
    },
    {
      name: "shared-parts-know-no-command",
      comment: "Several commands use these folders, so they import none of the commands.",
      severity: "error",
      from: { path: "^packages/cli/src/(input|output|command-line|openapi|http)/" },
      to: {
        path: "^packages/cli/src/(commands|status|doctor|audit|gate|revocations|issuer-session|explain|init)/",
      },
    },
    {
      name: "commands-stay-apart",
      comment:
        "Each command has its own folder, and commands/ parses its flags. explain names causes of the doctor's list.",
      severity: "error",
      from: { path: "^packages/cli/src/(audit|gate|revocations|explain|init)/" },
      to: {
        path: "^packages/cli/src/(commands|status|doctor|audit|gate|revocations|explain|init)/",
        pathNot: "^packages/cli/src/(?:$1/|doctor/causes[.]ts$)",
      },
    },
    {
      name: "issuer-session-knows-no-command",
      comment: "token and audit sign in with it. It borrows only the doctor's request.",
      severity: "error",
      from: { path: "^packages/cli/src/issuer-session/" },
      to: {
        path: "^packages/cli/src/(commands|status|audit|gate|revocations|explain|init|doctor/(?!http/))",
      },
    },
    {
      name: "doctor-below-status",
      comment:
        "status/ uses the doctor's checks. Only doctor/production, which is on top, uses what status/ finds.",
      severity: "error",
      from: { path: "^packages/cli/src/doctor/(?!production/)" },
      to: { path: "^packages/cli/src/(commands|status|audit|gate|revocations)/" },
    },
    {
      name: "status-below-production",
      comment: "doctor/production uses what status/ finds, and not the other way round.",
      severity: "error",
      from: { path: "^packages/cli/src/status/" },
      to: { path: "^packages/cli/src/(commands|audit|gate|doctor/production)/" },
    },
    {
      name: "doctor-facts-come-first",
      comment: "The facts about a token and its settings are known before the checks run.",
      severity: "error",
      from: { path: "^packages/cli/src/doctor/facts/" },
      to: { path: "^packages/cli/src/doctor/", pathNot: "^packages/cli/src/doctor/facts/" },
    },
    {
      name: "audit-knows-no-usher",
      comment: "The audit works for any backend, so it imports none of Usher's packages.",
      severity: "error",
      from: { path: "^packages/cli/src/audit/" },
      to: { path: "^packages/(?!cli/)" },
    },
    {
      name: "opentelemetry-without-an-sdk",
      comment: "The SDK is the application's. Only its API is a peer.",
      severity: "error",
      from: { path: "^packages/opentelemetry/src/" },
      to: {
        path: "node_modules/|^packages/(?!opentelemetry/)",
        pathNot: "node_modules/@opentelemetry/api/|^packages/(verify|issuer)/",
      },
    },
    {
      name: "testing-is-for-tests",
      comment: "@usher-auth/testing signs any token: published and deployed code must not contain it.",
      severity: "error",
      from: {
        pathNot: "/test/|^packages/testing/|^tests/|^bench/|^scripts/check/|\\.test\\.ts$",
      },
      to: { path: "^packages/testing/" },
    },
    {
      name: "routes-repository-database",
      comment: "A route asks the repository, which asks db.ts for rows bound to one principal.",
      severity: "error",
      from: { path: "^apps/api/src/routes/" },
      to: {
        path: "^apps/api/src/(postgres|embedded|operations)/|^apps/api/src/tasks/schema\\.ts$|node_modules/(postgres|drizzle-orm|@electric-sql)/",
      },
    },
    {
      name: "repository-asks-db",
      comment: "Queries get their rows from db.ts. They do not know routes, HTTP, or which database it is.",
      severity: "error",
      from: { path: "^apps/api/src/tasks/" },
      to: { path: "^apps/api/src/(?!tasks/|db\\.ts$)" },
    },
    {
      name: "raw-client-stays-inside",
      comment:
        "Only the two folders that open a database import its driver: a handler never holds the raw client.",
      severity: "error",
      from: { path: "^apps/api/src/", pathNot: "^apps/api/src/(postgres|embedded)/" },
      to: { path: "node_modules/(postgres|@electric-sql)/|node_modules/drizzle-orm/(postgres-js|pglite)/" },
    },
    {
      name: "browser-code-imports-no-server",
      comment: "Everyone who opens the page gets what it imports.",
      severity: "error",
      from: { path: "^apps/web/src/page/" },
      to: {
        path: "^apps/web/src/server/|^packages/(verify|issuer|testing)/|^(node:)?(fs|crypto|http|net|process|path)$",
      },
    },
    {
      name: "no-unresolved",
      comment: "The imported file does not exist.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // tests/examples/phone is bundled in examples/expo, with its packages. The starters are parts of other projects.
    exclude: { path: "(^|/)(dist|prisma/generated)/|^tests/examples/phone/|^packages/cli/starters/" },
    parser: "swc",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@usher-auth/source", "import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
    },
  },
};
