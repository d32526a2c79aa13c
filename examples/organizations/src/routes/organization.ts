import { requireOrganizationRole } from "@usher-auth/verify/policies";
import { count } from "drizzle-orm";
import type { FastifyInstance } from "fastify";
import type { Rows } from "../database.ts";
import { invoices, projects } from "../schema.ts";

const params = { type: "object", properties: { orgId: { type: "string" } } };

/** What concerns the organization as a whole. */
export async function organizationRoutes(app: FastifyInstance, { rows }: { rows: Rows }): Promise<void> {
  app.get("/api/orgs/:orgId/statistics", { schema: { params } }, async ({ principal }) => {
    const [counted] = await rows.for(principal).select({ projects: count() }).from(projects);
    return counted;
  });

  app.get("/api/orgs/:orgId/export", { schema: { params } }, async ({ principal }, reply) => {
    const found = await rows.for(principal).select().from(projects);
    const lines = found.map(({ id, name }) => `${id},"${name.replaceAll('"', '""')}"`);
    return reply.type("text/csv").send(["id,name", ...lines, ""].join("\n"));
  });

  app.get(
    "/api/orgs/:orgId/invoices",
    { schema: { params }, config: { policies: [requireOrganizationRole("owner", "admin")] } },
    async ({ principal }) => ({ invoices: await rows.for(principal).select().from(invoices) }),
  );
}
