/** A change of the example's code that leaks data, or lets someone in. */
export interface Leak {
  readonly title: string;
  /** What is replaced in each file of `examples/organizations/src`. Each text is there exactly once. */
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** What the audit finds: operation and check, below `/api/orgs/{orgId}`. Nothing else. */
  readonly finds: readonly string[];
}

/** Gives handlers a database that no principal is bound to. */
const unbound = {
  file: "database.ts",
  from: "const rows = drizzleRows(overPglite(client));",
  to: "const bound = drizzleRows(overPglite(client));\n    const rows = { for: bound.for.bind(bound), unbound: overPglite(client) };",
};

const ownerParam = 'ownerParam: { orgId: "org", userId: "sub" }';

export const leaks: readonly Leak[] = [
  {
    title: "a list without its tenant",
    changes: [
      unbound,
      {
        file: "routes/projects.ts",
        from: "const found = rows.for(principal).select().from(projects);",
        to: "const found = rows.unbound.select().from(projects);",
      },
    ],
    finds: ["GET /projects other_data"],
  },
  {
    title: "an object of another tenant, by its id",
    changes: [
      unbound,
      {
        file: "routes/projects.ts",
        from: "const [found] = await rows.for(principal).select()",
        to: "const [found] = await rows.unbound.select()",
      },
    ],
    finds: ["GET /projects/{projectId} other_object"],
  },
  {
    title: "a write into another tenant, by the id of its object",
    changes: [
      unbound,
      {
        file: "routes/projects.ts",
        from: "const [changed] = await rows\n        .for(principal)\n",
        to: "const [changed] = await rows\n        .unbound\n",
      },
    ],
    finds: ["PUT /projects/{projectId} other_object"],
  },
  {
    title: "a count over all tenants",
    changes: [
      unbound,
      {
        file: "routes/organization.ts",
        from: "await rows.for(principal).select({ projects: count() })",
        to: "await rows.unbound.select({ projects: count() })",
      },
    ],
    finds: ["GET /statistics other_data"],
  },
  {
    title: "a search across tenants",
    changes: [
      unbound,
      {
        file: "routes/projects.ts",
        from: "(pattern ? found.where(",
        to: "(pattern ? rows.unbound.select().from(projects).where(",
      },
    ],
    finds: ["GET /projects other_data"],
  },
  {
    title: "an export without a guard",
    changes: [
      unbound,
      {
        file: "routes/organization.ts",
        from: '"/api/orgs/:orgId/export", { schema: { params } }, async ({ principal }, reply) => {',
        to: '"/api/orgs/:orgId/export", { schema: { params }, config: { public: true } }, async (_, reply) => {',
      },
      {
        file: "routes/organization.ts",
        from: "const found = await rows.for(principal).select().from(projects);",
        to: "const found = await rows.unbound.select().from(projects);",
      },
    ],
    finds: ["GET /export no_token"],
  },
  {
    title: "a role that counts after it was changed",
    changes: [
      {
        file: "api.ts",
        from: "    maxTokenAge: 900,\n    revocations,\n  });",
        to: `    maxTokenAge: 900,
  });
  const keys = remoteJwks(authUrl + "/api/auth/jwks");
  const listening = createVerifier({ keys, issuer: authUrl, audience: url, maxTokenAge: 900, revocations });`,
      },
      {
        file: "api.ts",
        from: "register(backchannelLogout, { verifier })",
        to: "register(backchannelLogout, { verifier: listening })",
      },
    ],
    finds: [
      "GET /greeting revoked_token",
      "GET /projects revoked_token",
      "POST /projects revoked_token",
      "GET /statistics revoked_token",
      "GET /export revoked_token",
      "GET /invoices revoked_token",
      "GET /members/{userId}/notes revoked_token",
      "POST /members/{userId}/notes revoked_token",
    ],
  },
  {
    title: "an exception for administrators on every route",
    changes: [
      { file: "api.ts", from: ownerParam, to: 'ownerParam: { orgId: "org" }' },
      {
        file: "api.ts",
        from: '  app.get("/health"',
        to: `  app.addHook("preHandler", async (request, reply) => {
    const { userId } = request.params as { userId?: string };
    if (userId === undefined || userId === request.principal.id) return;
    const { org_role: role } = request.principal.claims;
    if (role !== "owner" && role !== "admin") return reply.code(403).send({});
  });
  app.get("/health"`,
      },
      {
        file: "routes/notes.ts",
        from: "config: { owner }",
        to: "config: {}",
      },
    ],
    finds: ["GET /members/{userId}/notes exception", "POST /members/{userId}/notes exception"],
  },
  {
    title: "an optional token that may be bad",
    changes: [
      {
        file: "routes/greeting.ts",
        from: "config: { optionalAuth: true }",
        to: "config: { public: true }",
      },
      {
        file: "routes/greeting.ts",
        from: "({ optionalPrincipal }) => ({",
        to: "({ headers, optionalPrincipal = headers.authorization?.startsWith('Bearer e') ? { id: 'you' } : null }) => ({",
      },
      {
        file: "openapi.ts",
        from: "optionalAuth: guarded.optionalAuth,",
        to: 'optionalAuth: path === "/greeting",',
      },
    ],
    finds: ["garbage", "tampered", "unsigned", "revoked"].map((kind) => `GET /greeting ${kind}_token`),
  },
  {
    title: "the notes of another member of the same organization",
    changes: [
      { file: "api.ts", from: ownerParam, to: 'ownerParam: { orgId: "org" }' },
      { file: "routes/notes.ts", from: "config: { owner }", to: "config: {}" },
    ],
    finds: ["GET", "POST"].flatMap((method) =>
      ["other_owner", "exception"].map((check) => `${method} /members/{userId}/notes ${check}`),
    ),
  },
  {
    title: "one's own path in another organization",
    changes: [
      { file: "api.ts", from: ownerParam, to: 'ownerParam: "userId"' },
      { file: "routes/notes.ts", from: ', params: ["userId"] }', to: " }" },
    ],
    finds: [
      ...["GET /projects", "POST /projects", "GET /statistics", "GET /export"],
      ...["GET /members/{userId}/notes", "POST /members/{userId}/notes"],
    ]
      .map((operation) => `${operation} other_owner`)
      .concat("GET /members/{userId}/notes exception"),
  },
];
