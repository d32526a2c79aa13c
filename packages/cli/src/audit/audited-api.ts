import { isSafe, type Operation } from "../openapi/operation.ts";
import { type Answer, isSuccess } from "./http/answer.ts";
import type { Traffic } from "./http/traffic.ts";
import { trackCreatedObjects } from "./objects/created-objects.ts";
import { createObjects, type FoundObjects, idsOf } from "./objects/objects.ts";
import { buildRequest, type Difference, type Values } from "./requests/request.ts";
import { ownersFor } from "./tokens/owner-ids.ts";
import type { Users } from "./tokens/read-tokens.ts";
import type { User } from "./tokens/user.ts";
import type { Evidence } from "./verdicts/evidence.ts";

/** The API under audit, its operations and some of its users: what every check works with. */
export interface AuditedApi {
  readonly operations: readonly Operation[];
  readonly users: Users;
  /** A prefix for every path. */
  readonly base: string;
  /** Whether the audit may change data (`--writes`). */
  readonly writes: boolean;
  /** Sends the operation's request with these values. `authorization` is the whole header value. */
  send(
    operation: Operation,
    values: Values,
    authorization: string | undefined,
    difference?: Difference,
  ): Promise<Answer | undefined>;
  /** Objects of the user for the parameters of the operation's path. */
  objects(operation: Operation, user: User): Promise<FoundObjects>;
  /** The values of the user's own request. */
  ownValues(operation: Operation, user: User): Promise<Values>;
  /**
   * The answer to the user's own, unchanged request. Verdicts compare other answers with it. Sent once.
   *
   * @returns undefined if no answer came, or if the request would change data that existed before the audit.
   */
  ownAnswer(operation: Operation, user: User): Promise<Answer | undefined>;
  /** The user's own values for the parameters that name the owner, by name. */
  owners(operation: Operation, user: User): ReadonlyMap<string, string>;
  /** What identifies the data of B or C. Looked for once; with `writes`, it creates objects as that user. */
  evidence(user: User): Promise<Evidence>;
  /**
   * The operations whose answer to A changed when an object was created as B, and changed back when it was
   * deleted. Looked for once, and only with `writes`.
   */
  influenced(): Promise<ReadonlySet<Operation>>;
  /** Deletes what the audit created. Returns the operation behind each object that remains. */
  deleteCreated(): Promise<readonly string[]>;
}

/** The options of {@link createAuditedApi}. */
export interface AuditedApiOptions {
  readonly operations: readonly Operation[];
  readonly users: Users;
  readonly base: string;
  readonly traffic: Traffic;
  readonly writes: boolean;
  readonly gatherEvidence: (api: AuditedApi, user: User) => Promise<Evidence>;
  readonly findInfluence: (api: AuditedApi) => Promise<ReadonlySet<Operation>>;
}

/** Connects the operations, the users and the connection. Records every created object at this one place. */
export function createAuditedApi({
  operations,
  users,
  base,
  traffic,
  writes,
  gatherEvidence,
  findInfluence,
}: AuditedApiOptions): AuditedApi {
  const { a, b, c } = users;
  const members = [a, b, ...(c === undefined ? [] : [c])];
  const owners = (operation: Operation, user: User) => ownersFor(operation, user, users);
  const ownAnswers = new Map<string, Promise<Answer | undefined>>();
  const created = trackCreatedObjects({
    operations,
    users: members,
    owners,
    send: (operation, values, user) =>
      traffic.sendCleanUp(buildRequest(operation, base, values), bearer(user)),
  });
  const objects = createObjects({
    operations,
    users: members,
    owners,
    writes,
    send: (operation, user, values) => send(operation, values, bearer(user)),
  });

  async function send(
    operation: Operation,
    values: Values,
    authorization: string | undefined,
    difference: Difference = {},
  ): Promise<Answer | undefined> {
    const answer = await traffic.send(buildRequest(operation, base, values, difference), authorization);
    if (answer !== undefined && isSuccess(answer)) trackChange(operation, values, answer, authorization);
    return answer;
  }

  function trackChange(
    operation: Operation,
    values: Values,
    answer: Answer,
    authorization: string | undefined,
  ): void {
    const sender = members.find((user) => bearer(user) === authorization);
    if (operation.method === "POST") created.add(operation, values, answer, sender);
    if (operation.method === "DELETE") for (const id of values.objects.values()) objects.forget(id);
  }

  async function ownValues(operation: Operation, user: User): Promise<Values> {
    return { owners: owners(operation, user), objects: idsOf(await objects.of(operation, user)) };
  }

  async function sendOwnRequest(operation: Operation, user: User): Promise<Answer | undefined> {
    const found = await objects.of(operation, user);
    if (!isSafe(operation.method)) {
      const isCreatedByAudit = [...found.values()].at(-1)?.source === "created";
      if (!writes || (operation.method !== "POST" && !isCreatedByAudit)) return undefined;
    }
    return send(operation, { owners: owners(operation, user), objects: idsOf(found) }, bearer(user));
  }

  const evidence = new Map<User, Promise<Evidence>>();
  let influenced: Promise<ReadonlySet<Operation>> | undefined;
  const api: AuditedApi = {
    operations,
    users,
    base,
    writes,
    send,
    objects: objects.of,
    ownValues,
    ownAnswer(operation, user) {
      const key = JSON.stringify([user.token, operation.label]);
      const answer = ownAnswers.get(key) ?? sendOwnRequest(operation, user);
      ownAnswers.set(key, answer);
      return answer;
    },
    owners,
    evidence(user) {
      const gathered = evidence.get(user) ?? gatherEvidence(api, user);
      evidence.set(user, gathered);
      return gathered;
    },
    influenced() {
      influenced ??= findInfluence(api);
      return influenced;
    },
    deleteCreated: created.deleteAll,
  };
  return api;
}

/** The value of an `Authorization` header (RFC 6750 section 2.1). */
export function bearer({ token }: Pick<User, "token">): string {
  return `Bearer ${token}`;
}
