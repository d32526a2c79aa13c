import { currentOrg, currentUser, ownerPolicy, tenantPolicy } from "@usher-auth/postgres/drizzle";
import { integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

/** All members of an organization see its projects. */
export const projects = pgTable(
  "projects",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: text("org_id").notNull().default(currentOrg()),
    name: text().notNull(),
  },
  (table) => [tenantPolicy(table.orgId)],
);

/** Only owners and administrators see invoices. That is for the route to say. */
export const invoices = pgTable(
  "invoices",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: text("org_id").notNull().default(currentOrg()),
    subject: text().notNull(),
    cents: integer().notNull(),
  },
  (table) => [tenantPolicy(table.orgId)],
);

/** A note belongs to one member of one organization. */
export const notes = pgTable(
  "notes",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: text("org_id").notNull().default(currentOrg()),
    userId: text("user_id").notNull().default(currentUser()),
    body: text().notNull(),
  },
  (table) => [ownerPolicy(table.userId, table.orgId)],
);

/** The statements that create the tables. A real application keeps them in migrations. */
export const createTables = `
  create table if not exists projects (
    id uuid primary key default gen_random_uuid(), org_id text not null, name text not null);
  create table if not exists invoices (
    id uuid primary key default gen_random_uuid(), org_id text not null, subject text not null,
    cents integer not null);
  create table if not exists notes (
    id uuid primary key default gen_random_uuid(), org_id text not null, user_id text not null,
    body text not null);
  create index if not exists projects_org on projects (org_id);
  create index if not exists invoices_org on invoices (org_id);
  create index if not exists notes_owner on notes (org_id, user_id);
`;
