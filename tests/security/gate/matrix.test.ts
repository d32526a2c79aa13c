import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { count } from "../report/counts.ts";
import { assault } from "./assault.ts";
import { attackGroups } from "./attacks/table.ts";
import { startNodeRecorder } from "./backends/node-recorder.ts";
import type { Recorder } from "./backends/recording.ts";
import { startCarelessGate } from "./fronts/careless.ts";
import { type Gate, startGate } from "./fronts/gate.ts";
import { createPeople } from "./support/people.ts";

const people = createPeople();
const together = 16;

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startNodeRecorder();
});
afterAll(() => recorder?.stop());

describe("attacks through the gate, to a server of node:http", () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await startGate({ backend: recorder.port, issuer: people.issuer });
  });
  afterAll(() => gate?.stop());

  it.for(attackGroups(people))("%s: what arrives is what was judged", async ([, attacks], test) => {
    const { faults, statuses } = await assault(attacks, { front: gate, recorder, people, together });
    count(test, { attacks: attacks.length, faults: faults.length });
    expect(faults).toEqual([]);
    // Bytes that are no HTTP may be answered by closing the connection, but nothing is ever a failure of the
    // gate.
    expect([...statuses].filter(([, status]) => status >= 500 && status !== 501 && status !== 505)).toEqual(
      [],
    );
  });

  it("leave the gate running, without an error or a token in its log", () => {
    expect(gate.hasEnded()).toBe(false);
    expect(gate.log()).not.toMatch(/"level":(?:50|60)|unhandled|at .*\.ts:\d+/i);
    for (const { token } of [people.alice, people.bob]) expect(gate.log()).not.toContain(token.slice(-20));
  });
});

describe("the same attacks on a careless gate", () => {
  it("reach the backend, and are found", async () => {
    const careless = await startCarelessGate(people, recorder.port);
    try {
      // Some of them. The framing of the careless gate is Node's.
      const attacks = attackGroups(people)
        .flatMap(([name, group]) => (name === "framing" ? [] : group))
        .filter((_, index) => index % 5 === 0);
      const { faults } = await assault(attacks, { front: careless, recorder, people });
      for (const kind of [
        /is on the path of "bob"/,
        /no single valid token/,
        /x-usher-user is \["bob"/,
        /an identity header is spelled/,
        /is the client's/,
        /override arrived$/,
      ])
        expect(faults.filter((fault) => kind.test(fault)).length, String(kind)).toBeGreaterThan(0);
    } finally {
      await careless.stop();
    }
  });
});
