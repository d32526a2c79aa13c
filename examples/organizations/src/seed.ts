import type { Auth } from "./auth.ts";
import type { Database } from "./database.ts";
import { addressOf, type Name, organizations, password } from "./people.ts";
import { invoices, notes, projects } from "./schema.ts";

/** Creates two organizations with their people and some rows. */
export async function seed(auth: Auth, database: Database): Promise<void> {
  for (const [organization, members] of Object.entries(organizations)) {
    let org = "";
    for (const [name, role] of Object.entries(members) as [Name, "owner" | "admin" | "member"][]) {
      const { user } = await auth.api.signUpEmail({
        body: { name, email: addressOf(name), password },
      });
      if (role === "owner") {
        const body = { name: organization, slug: organization.toLowerCase(), userId: user.id };
        org = (await auth.api.createOrganization({ body })).id;
      } else {
        await auth.api.addMember({ body: { userId: user.id, organizationId: org, role } });
      }
      const rows = database.rows.for({ id: user.id, claims: { org } });
      await rows.insert(notes).values({ body: `A note that only ${name} reads` });
      if (role !== "owner") continue;
      await rows.insert(projects).values({ name: `The first project of ${organization}` });
      await rows.insert(invoices).values({ subject: `Invoice 1 to ${organization}`, cents: 12_00 });
    }
  }
}
