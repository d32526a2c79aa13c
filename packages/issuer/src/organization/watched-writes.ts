import type { AuthContext, DBTransactionAdapter } from "better-auth";

/** An adapter inside a transaction, or one that has no transactions. */
export type Writes = DBTransactionAdapter;

type Where = Parameters<Writes["deleteMany"]>[0]["where"];
type WatchedModel = "member" | "session" | "organization";

interface Row {
  readonly id: string;
  readonly userId?: unknown;
  readonly activeOrganizationId?: unknown;
}

/** Rows that are read and written together. */
const pageSize = 500;

/** The columns of `member` that tokens speak of. */
const membershipFields = ["id", "userId", "organizationId", "role"];

/** Tells which of Better Auth's models a name means. Undefined for those that concern no membership. */
export type ModelOf = (name: string) => WatchedModel | undefined;

/** A model can be named by its key or by its table, and some adapters accept the plural. */
export function watchedModels(tables: AuthContext["tables"]): ModelOf {
  const models: readonly WatchedModel[] = ["member", "session", "organization"];
  const named = (name: string): WatchedModel | undefined =>
    models.find((model) => model === name || tables[model]?.modelName === name);
  return (name) => named(name) ?? (name.endsWith("s") ? named(name.slice(0, -1)) : undefined);
}

/** Whether a write may change what a token says of organizations. */
export function concernsMembership(method: keyof Writes, given: unknown, modelOf: ModelOf): boolean {
  const { model: name, update, set } = given as { model: string; update?: object; set?: object };
  const model = modelOf(name);
  if (model === undefined) return false;
  const isDeletion = method === "delete" || method === "deleteMany" || method === "consumeOne";
  if (isDeletion) return model !== "session";
  if (method === "create") return model === "member";
  const changed = Object.keys(update ?? set ?? {});
  if (model === "session") return changed.includes("activeOrganizationId");
  return model === "member" && changed.some((field) => membershipFields.includes(field));
}

/**
 * The writes of `adapter`, each of which first calls `record` with the users whose membership it changes.
 *
 * The rows that are read are the rows that are written: `updateMany` and `deleteMany` write page by page, by
 * the ids that were read. A membership that another transaction adds in between is either read as well or
 * left alone.
 */
export function watchedWrites(
  adapter: Writes,
  modelOf: ModelOf,
  record: (users: readonly string[]) => Promise<void>,
): Pick<
  Writes,
  "create" | "update" | "updateMany" | "delete" | "deleteMany" | "consumeOne" | "incrementOne"
> {
  const pageOf = (model: string, where: Where, offset = 0): Promise<Row[]> =>
    adapter.findMany<Row>({
      model,
      where,
      limit: pageSize,
      offset,
      sortBy: { field: "id", direction: "asc" },
    });

  /** All rows, for writes that are one statement. */
  async function* pagesOf(model: string, where: Where): AsyncGenerator<Row[]> {
    for (let offset = 0; ; offset += pageSize) {
      const page = await pageOf(model, where, offset);
      if (page.length > 0) yield page;
      if (page.length < pageSize) return;
    }
  }

  const recordRow = async (row: unknown): Promise<void> => {
    const { userId } = (row ?? {}) as Partial<Row>;
    if (userId !== undefined && userId !== null) await record([String(userId)]);
  };

  /** Records the users of some rows of `model`. A session whose active organization stays changes nothing. */
  async function recordRows(model: string, rows: readonly Row[], update: object): Promise<void> {
    if (modelOf(model) === "organization") {
      // Databases delete the members together with their organization.
      const where = [{ field: "organizationId", operator: "in" as const, value: rows.map(({ id }) => id) }];
      for await (const members of pagesOf("member", where)) await recordRows("member", members, {});
      return;
    }
    const { activeOrganizationId: next = null } = update as Partial<Row>;
    const changed =
      modelOf(model) === "session"
        ? rows.filter(({ activeOrganizationId: old = null }) => old !== next)
        : rows;
    await record([...new Set(changed.map(({ userId }) => String(userId)))]);
  }

  /** Locks the sessions until the end of the transaction, so that what is compared is what is replaced. */
  async function lock(model: string, where: Where): Promise<void> {
    if (modelOf(model) === "session")
      await adapter.updateMany({ model, where, update: { updatedAt: new Date() } });
  }

  async function before(model: string, where: Where, update: object = {}): Promise<void> {
    await lock(model, where);
    for await (const page of pagesOf(model, where)) await recordRows(model, page, update);
  }

  return {
    async create(given) {
      await recordRow(given.data);
      return await adapter.create(given);
    },
    async update(given) {
      await before(given.model, given.where, given.update);
      const row = await adapter.update(given);
      if (modelOf(given.model) === "member") await recordRow(row);
      return row as never;
    },
    async incrementOne(given) {
      await before(given.model, given.where, given.set);
      const row = await adapter.incrementOne(given);
      if (modelOf(given.model) === "member") await recordRow(row);
      return row as never;
    },
    async updateMany(given) {
      await lock(given.model, given.where);
      const pages: Row[][] = [];
      for await (const page of pagesOf(given.model, given.where)) pages.push(page);
      let count = 0;
      for (const page of pages) {
        await recordRows(given.model, page, given.update);
        count += await adapter.updateMany({ ...given, where: [...given.where, among(page)] });
      }
      if (pages.length > 0) await recordRow(given.update);
      return count;
    },
    async delete(given) {
      await before(given.model, given.where);
      await adapter.delete(given);
    },
    async consumeOne(given) {
      await before(given.model, given.where);
      return (await adapter.consumeOne(given)) as never;
    },
    async deleteMany(given) {
      let count = 0;
      let last: string | undefined;
      for (;;) {
        const page = await pageOf(given.model, given.where);
        const [first] = page;
        // A page that is still there after its deletion would be there forever.
        if (first === undefined || first.id === last) return count;
        last = first.id;
        await recordRows(given.model, page, {});
        count += await adapter.deleteMany({ ...given, where: [...given.where, among(page)] });
      }
    },
  };
}

function among(rows: readonly Row[]): Where[number] {
  return { field: "id", operator: "in", value: rows.map(({ id }) => id) };
}
