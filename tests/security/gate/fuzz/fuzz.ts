import { seededRandom } from "../../tokens/support/random.ts";
import { type Attack, bearer, getRequest, post } from "../attacks/attack.ts";
import { attackTable } from "../attacks/table.ts";
import { startNodeRecorder } from "../backends/node-recorder.ts";
import { faultsOf } from "../expectation/faults.ts";
import { startGate } from "../fronts/gate.ts";
import { exchange } from "../support/exchange.ts";
import { createPeople } from "../support/people.ts";
import { mutated } from "./mutations.ts";

/** The result of random requests. */
export interface FuzzResult {
  readonly seed: number;
  readonly sent: number;
  /** Requests that reached the backend, as they may. */
  readonly admitted: number;
  /** What reached the backend and must not have. */
  readonly faults: readonly string[];
  /** Whether the gate ended by itself. */
  readonly ended: boolean;
  readonly errorsLogged: readonly string[];
}

const lanes = 16;

/**
 * Sends random bytes and changed requests to the gate for a time, and judges everything that reaches the
 * backend.
 *
 * @param seed The same seed sends the same requests, in the order of each lane.
 */
export async function fuzz(seconds: number, seed: number): Promise<FuzzResult> {
  const people = createPeople();
  const recorder = await startNodeRecorder();
  const gate = await startGate({ backend: recorder.port, issuer: people.issuer });
  const valid = [
    getRequest("/api/alice/tasks?x=1", bearer(people.alice)),
    post("/api/alice/tasks", bearer(people.alice)),
    getRequest("/files/bob/a/b.txt", bearer(people.bob)),
    getRequest("/orgs/acme/members", bearer(people.carol)),
    getRequest("/public"),
  ].map((text) => Buffer.from(text, "latin1"));
  const small = ({ bytes }: Attack) => bytes.length < 10_000;
  const requests = [
    ...attackTable(people)
      .filter(small)
      .map(({ bytes }) => bytes),
    ...Array(100).fill(valid).flat(),
  ];
  const end = performance.now() + seconds * 1000;
  let sent = 0;
  let admitted = 0;
  const faults = new Set<string>();

  async function lane(number: number): Promise<void> {
    const random = seededRandom(seed * lanes + number);
    while (performance.now() < end && !gate.hasEnded()) {
      await exchange(gate.port, mutated(requests, random), 60);
      sent++;
    }
  }
  async function judge(mark: string): Promise<void> {
    await exchange(gate.port, Buffer.from(getRequest(`/api/alice/tasks?${mark}`, bearer(people.alice))));
    for (const recording of await recorder.before(mark)) {
      admitted++;
      for (const fault of faultsOf(recording, people))
        faults.add(`${fault}: ${recording.method} ${recording.target.slice(0, 200)}`);
    }
  }
  async function judgeNowAndThen(): Promise<void> {
    for (let number = 0; performance.now() < end && !gate.hasEnded(); number++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await judge(`mark=${number}-`);
    }
  }

  try {
    await Promise.all([judgeNowAndThen(), ...Array.from({ length: lanes }, (_, number) => lane(number))]);
    if (!gate.hasEnded()) await judge("mark=last");
    const errorsLogged = gate
      .log()
      .split("\n")
      .filter((line) => /"level":(?:50|60)|unhandled|^\s+at /i.test(line));
    return { seed, sent, admitted, faults: [...faults], ended: gate.hasEnded(), errorsLogged };
  } finally {
    await gate.stop();
    await recorder.stop();
  }
}
