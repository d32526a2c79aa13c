import { requireOrganizationRole } from "@usher-auth/verify/policies";
import { eq } from "drizzle-orm";
import type { FastifyInstance } from "fastify";
import type { Rows } from "../database.ts";
import { notes } from "../schema.ts";

const collection = "/api/orgs/:orgId/members/:userId/notes";
const item = `${collection}/:noteId`;

const ids = { orgId: { type: "string" }, userId: { type: "string" } };
const ofMember = { type: "object", properties: ids };
const params = { type: "object", properties: { ...ids, noteId: { type: "string", format: "uuid" } } };
const body = {
  type: "object",
  required: ["body"],
  additionalProperties: false,
  properties: { body: { type: "string", minLength: 1, maxLength: 1000 } },
};

interface Member {
  Params: { userId: string };
}
interface Item {
  Params: { userId: string; noteId: string };
}
interface Body {
  Body: { body: string };
}

/** Administrators of the organization may read a member's notes. They may not write, and not elsewhere. */
const owner = { or: [requireOrganizationRole("owner", "admin")], params: ["userId"] };

/** The notes of a member of the organization. */
export async function noteRoutes(app: FastifyInstance, { rows }: { rows: Rows }): Promise<void> {
  app.get<Member>(
    collection,
    { schema: { params: ofMember }, config: { owner } },
    async ({ principal, params: { userId } }) => {
      // The guard has admitted the principal to this path: read as its owner, in the principal's organization.
      const found = await rows.for({ id: userId, claims: principal.claims }).select().from(notes);
      return { notes: found };
    },
  );

  app.post<Member & Body>(
    collection,
    { schema: { params: ofMember, body } },
    async ({ principal, body }, reply) => {
      const [created] = await rows.for(principal).insert(notes).values(body).returning();
      return reply.code(201).send(created);
    },
  );

  app.get<Item>(item, { schema: { params } }, async ({ principal, params: { noteId } }, reply) => {
    const [found] = await rows.for(principal).select().from(notes).where(eq(notes.id, noteId));
    return found ?? reply.callNotFound();
  });

  app.delete<Item>(item, { schema: { params } }, async ({ principal, params: { noteId } }, reply) => {
    const gone = await rows.for(principal).delete(notes).where(eq(notes.id, noteId)).returning();
    return gone.length > 0 ? reply.code(204).send() : reply.callNotFound();
  });
}
