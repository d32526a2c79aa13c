import { isSafe, type Operation } from "./document/operation.ts";
import { type Answer, isSuccess } from "./http/answer.ts";
import type { Traffic } from "./http/traffic.ts";
import { trackCreatedObjects } from "./objects/created-objects.ts";
import { createObjects, type FoundObjects, idsOf } from "./objects/objects.ts";
import { buildRequest, type Difference, type Values } from "./requests/request.ts";
import type { Users } from "./tokens/read-tokens.ts";
import type { User } from "./tokens/user.ts";
import type { Evidence } from "./verdicts/evidence.ts";

/** The API under audit, its operations and two of its users: what every check works with. */
export interface AuditedApi {
  readonly operations: readonly Operation[];
  readonly users: Users;
  /** A prefix for every path. */
  readonly base: string;
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
  /** What identifies B's data. Looked for once; with `writes`, it creates objects as B. */
  evidence(): Promise<Evidence>;
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
  readonly gatherEvidence: (api: AuditedApi) => Promise<Evidence>;
}

/** Connects the operations, the users and the connection. Records every created object at this one place. */
export function createAuditedApi({
  operations,
  users,
  base,
  traffic,
  writes,
  gatherEvidence,
}: AuditedApiOptions): AuditedApi {
  const { a, b } = users;
  const ownAnswers = new Map<string, Promise<Answer | undefined>>();
  const created = trackCreatedObjects(operations, [a, b], (operation, values, user) =>
    traffic.sendCleanUp(buildRequest(operation, base, values), bearer(user)),
  );
  const objects = createObjects({
    operations,
    users: [a, b],
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
    if (answer !== undefined && isSuccess(answer)) trackChange(operation, values, answer);
    return answer;
  }

  function trackChange(operation: Operation, values: Values, answer: Answer): void {
    if (operation.method === "POST") created.add(operation, values, answer);
    if (operation.method === "DELETE") for (const id of values.objects.values()) objects.forget(id);
  }

  async function ownValues(operation: Operation, user: User): Promise<Values> {
    return { owner: user.id, objects: idsOf(await objects.of(operation, user)) };
  }

  async function sendOwnRequest(operation: Operation, user: User): Promise<Answer | undefined> {
    const found = await objects.of(operation, user);
    if (!isSafe(operation.method)) {
      const isCreatedByAudit = [...found.values()].at(-1)?.source === "created";
      if (!writes || (operation.method !== "POST" && !isCreatedByAudit)) return undefined;
    }
    return send(operation, { owner: user.id, objects: idsOf(found) }, bearer(user));
  }

  let evidence: Promise<Evidence> | undefined;
  const api: AuditedApi = {
    operations,
    users,
    base,
    send,
    objects: objects.of,
    ownValues,
    ownAnswer(operation, user) {
      const key = `${user.name} ${operation.label}`;
      const answer = ownAnswers.get(key) ?? sendOwnRequest(operation, user);
      ownAnswers.set(key, answer);
      return answer;
    },
    evidence() {
      evidence ??= gatherEvidence(api);
      return evidence;
    },
    deleteCreated: created.deleteAll,
  };
  return api;
}

/** The value of an `Authorization` header (RFC 6750 section 2.1). */
export function bearer({ token }: Pick<User, "token">): string {
  return `Bearer ${token}`;
}
