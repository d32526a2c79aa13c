import { type Attack, bearer, getRequest } from "./attacks/attack.ts";
import type { Recorder, Recording } from "./backends/recording.ts";
import { faultsOf } from "./expectation/faults.ts";
import type { Front } from "./fronts/front.ts";
import { exchange, statusOf } from "./support/exchange.ts";
import type { People } from "./support/people.ts";

/** The result of attacks. */
export interface Result {
  /** One line for each fault: the attack, and what is wrong. */
  readonly faults: readonly string[];
  /** How many requests reached the backend. */
  readonly arrived: number;
  /** By attack: the status of the first response, 0 without one. */
  readonly statuses: ReadonlyMap<string, number>;
}

let marks = 0;

/**
 * Sends attacks to a front and judges what its backend records. After each batch comes an ordinary request,
 * whose answer must be its own: neither the front nor its connections to the backend may be out of step.
 *
 * @param together How many attacks are sent at a time. More are faster; then a batch with a fault is repeated
 *   one by one, to name the attack.
 */
export async function assault(attacks: readonly Attack[], target: Target): Promise<Result> {
  const { front, recorder, people, together = 1, quiet, checksBodies = true } = target;
  const faults: string[] = [];
  let arrived = 0;
  const statuses = new Map<string, number>();
  for (let first = 0; first < attacks.length; first += together) {
    const batch = attacks.slice(first, first + together);
    await Promise.all(
      batch.map(
        async ({ name, bytes }) =>
          void statuses.set(name, statusOf(await exchange(front.port, bytes, quiet))),
      ),
    );
    const recordings = await settled({ front, recorder, people });
    arrived += recordings.length;
    const found = judge(batch, recordings, people, checksBodies);
    if (found.length > 0 && batch.length > 1) {
      const alone = await assault(batch, { ...target, together: 1 });
      faults.push(...(alone.faults.length > 0 ? alone.faults : found));
    } else faults.push(...found);
  }
  return { faults, arrived, statuses };
}

/** Where attacks are sent, and where what arrives is recorded. */
export interface Target {
  readonly front: Pick<Front, "port">;
  readonly recorder: Recorder;
  readonly people: People;
  readonly together?: number;
  /** Milliseconds to wait for an answer. Default: 400. */
  readonly quiet?: number;
  /**
   * False: another server than the gate reads the client's bytes, and may see bodies where the gate would
   * refuse the request. Default: true.
   */
  readonly checksBodies?: boolean;
}

function judge(
  batch: readonly Attack[],
  recordings: readonly Recording[],
  people: People,
  checksBodies: boolean,
): string[] {
  const names = batch.map(({ name }) => name).join(" | ");
  const bodies = batch.flatMap((one) => one.bodies);
  const allowed = batch.reduce((sum, { requests }) => sum + requests, 0);
  const faults = recordings.flatMap((recording) => [
    ...faultsOf(recording, people),
    ...(!checksBodies || bodies.some((body) => body.startsWith(recording.body))
      ? []
      : [`the body is ${JSON.stringify(recording.body)}`]),
  ]);
  if (recordings.length > allowed) faults.push(`${recordings.length} requests arrived`);
  return [...new Set(faults)].map((fault) => `${names}: ${fault}`);
}

/** What has arrived, once an ordinary request through the same front has. */
async function settled({ front, recorder, people }: Target): Promise<readonly Recording[]> {
  const mark = `mark=${marks++}-`;
  const target = `/api/alice/tasks?${mark}`;
  for (let attempt = 0; attempt < 20; attempt++) {
    const heard = await exchange(front.port, Buffer.from(getRequest(target, bearer(people.alice))), 5000);
    if (heard.includes(`recorded ${target}`)) return ofAttacks(await recorder.before(mark));
    if (statusOf(heard) !== 0)
      throw new Error(`an ordinary request was answered with: ${heard.slice(0, 300)}`);
  }
  throw new Error("an ordinary request was not answered");
}

/** An ordinary request that was not answered in time arrives all the same. */
function ofAttacks(recordings: readonly Recording[]): readonly Recording[] {
  return recordings.filter(({ target }) => !/^\/api\/alice\/tasks\?mark=\d+-$/.test(target));
}
