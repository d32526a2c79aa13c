import { eq, ilike } from "drizzle-orm";
import type { FastifyInstance } from "fastify";
import type { Rows } from "../database.ts";
import { projects } from "../schema.ts";

const collection = "/api/orgs/:orgId/projects";
const item = `${collection}/:projectId`;

const orgId = { type: "string" };
const params = {
  type: "object",
  properties: { orgId, projectId: { type: "string", format: "uuid" } },
};
const ofOrganization = { type: "object", properties: { orgId } };
const body = {
  type: "object",
  required: ["name"],
  additionalProperties: false,
  properties: { name: { type: "string", minLength: 1, maxLength: 100 } },
};
const querystring = { type: "object", properties: { search: { type: "string", maxLength: 100 } } };

interface Item {
  Params: { projectId: string };
}
interface Body {
  Body: { name: string };
}

/** The projects of the organization. No statement names it: Postgres shows only its rows. */
export async function projectRoutes(app: FastifyInstance, { rows }: { rows: Rows }): Promise<void> {
  app.get<{ Querystring: { search?: string } }>(
    collection,
    { schema: { params: ofOrganization, querystring } },
    async ({ principal, query: { search } }) => {
      const found = rows.for(principal).select().from(projects);
      const pattern = search && `%${search.replaceAll(/[\\%_]/g, "\\$&")}%`;
      return { projects: await (pattern ? found.where(ilike(projects.name, pattern)) : found) };
    },
  );

  app.post<Body>(
    collection,
    { schema: { params: ofOrganization, body } },
    async ({ principal, body: { name } }, reply) => {
      const [created] = await rows.for(principal).insert(projects).values({ name }).returning();
      return reply.code(201).send(created);
    },
  );

  app.get<Item>(item, { schema: { params } }, async ({ principal, params: { projectId } }, reply) => {
    const [found] = await rows.for(principal).select().from(projects).where(eq(projects.id, projectId));
    return found ?? reply.callNotFound();
  });

  app.put<Item & Body>(
    item,
    { schema: { params, body } },
    async ({ principal, params: { projectId }, body: { name } }, reply) => {
      const [changed] = await rows
        .for(principal)
        .update(projects)
        .set({ name })
        .where(eq(projects.id, projectId))
        .returning();
      return changed ?? reply.callNotFound();
    },
  );

  app.delete<Item>(item, { schema: { params } }, async ({ principal, params: { projectId } }, reply) => {
    const gone = await rows.for(principal).delete(projects).where(eq(projects.id, projectId)).returning();
    return gone.length > 0 ? reply.code(204).send() : reply.callNotFound();
  });
}
