import type { Operation } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Values } from "../requests/request.ts";
import { isApart } from "../tokens/owner-ids.ts";
import { removerOf } from "./collection.ts";
import { createAs } from "./gather-evidence.ts";

type Reading = { readonly operation: Operation; readonly values: Values; readonly answer: Answer };

/**
 * The operations whose answer to A depends on B's data, such as a count over all tenants: it changes when an
 * object is created as B, and changes back when the object is deleted. An answer that changes by itself, such
 * as a time, proves nothing.
 */
export async function findInfluence(api: AuditedApi): Promise<ReadonlySet<Operation>> {
  const { a, b } = api.users;
  const apart = api.operations.filter(
    (operation) => !operation.isPublic && isApart(a, b, operation, api.users),
  );
  const readers = apart.filter(({ method }) => method === "GET");
  // What later requests need is created first, so that nothing of A's changes in between.
  for (const operation of apart) {
    await api.ownValues(operation, a);
    await api.ownValues(operation, b);
  }
  const before = await read(readers, api);
  const steady = await same(before, api);
  const created = await createAs(b, apart, api, "influence");
  const changed = await different(steady, api);
  for (const [creator, id] of created) await remove(creator, id, api);
  return new Set((await same(changed, api)).map(({ operation }) => operation));
}

async function read(operations: readonly Operation[], api: AuditedApi): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const operation of operations) {
    const values = await api.ownValues(operation, api.users.a);
    const answer = await api.send(operation, values, bearer(api.users.a));
    if (answer !== undefined && isSuccess(answer)) readings.push({ operation, values, answer });
  }
  return readings;
}

const same = (readings: readonly Reading[], api: AuditedApi) => readAgain(readings, api, true);
const different = (readings: readonly Reading[], api: AuditedApi) => readAgain(readings, api, false);

/** The readings whose answer is the same as before, or is not. */
async function readAgain(readings: readonly Reading[], api: AuditedApi, isSame: boolean): Promise<Reading[]> {
  const found: Reading[] = [];
  for (const reading of readings) {
    const answer = await api.send(reading.operation, reading.values, bearer(api.users.a));
    if (answer !== undefined && isSuccess(answer) && (answer.text === reading.answer.text) === isSame)
      found.push(reading);
  }
  return found;
}

async function remove(creator: Operation, id: string | undefined, api: AuditedApi): Promise<void> {
  const remover = removerOf(creator, api.operations);
  if (remover === undefined || id === undefined) return;
  const { b } = api.users;
  const objects = new Map((await api.ownValues(creator, b)).objects).set(remover.parameter, id);
  await api.send(remover.operation, { owners: api.owners(remover.operation, b), objects }, bearer(b));
}
