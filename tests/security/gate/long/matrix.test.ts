import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { PythonUnavailable } from "../../../../scripts/python/environment.ts";
import { findProgram } from "../../../e2e/support/processes/find-program.ts";
import { type ProxyServer, proxies } from "../../../proxies/support/proxies.ts";
import { count } from "../../report/counts.ts";
import { assault } from "../assault.ts";
import { attackGroups } from "../attacks/table.ts";
import { startNodeRecorder } from "../backends/node-recorder.ts";
import type { Recorder } from "../backends/recording.ts";
import { startUvicornRecorder } from "../backends/uvicorn-recorder.ts";
import { startAskingProxy } from "../fronts/asking-proxy.ts";
import { startCarelessGate } from "../fronts/careless.ts";
import type { Front } from "../fronts/front.ts";
import { startGate } from "../fronts/gate.ts";
import { startNginxBeforeGate } from "../fronts/nginx-before-gate.ts";
import { createPeople } from "../support/people.ts";
import { freePort } from "../support/ports.ts";

/**
 * A gate that is asked cannot remove headers, and refuses those that change the request or state a user to
 * it. These may be the words of another proxy before this one, so it does not refuse them. Nor does it refuse
 * names that no server takes for another: those that one does are found as such. HAProxy passes fields behind
 * the body on, which RFC 9110 (section 6.5.1) forbids a server to take for headers.
 */
const leftToTheProxy =
  /: X-(?:Client-IP|Cluster-Client-IP|Host|Forwarded-(?:Server|Path)|Original-Host|Envoy-Original-Path) (?:arrived|is)|: (?:True-Client-IP|CF-Connecting-IP) is|: a header is named|: a field behind the body/i;

const people = createPeople();
const groups = attackGroups(people);

const backends: Readonly<Record<string, () => Promise<Recorder>>> = {
  "node:http": startNodeRecorder,
  uvicorn: async () => startUvicornRecorder(await freePort()),
};

/** What stands before the backend. A text is the reason why it cannot. */
const fronts: Readonly<Record<string, (backend: number) => Promise<Front> | string>> = {
  "the gate": (backend) => startGate({ backend, issuer: people.issuer }),
  "nginx, before the gate": (backend) => {
    const program = findProgram("nginx");
    return program === undefined ? "nginx is not installed" : nginxAndGate(program, backend);
  },
  ...Object.fromEntries(
    proxies
      .filter(({ name }) => ["nginx", "Caddy", "HAProxy"].includes(name))
      .map((proxy) => [`${proxy.name}, which asks the gate`, (backend: number) => asking(proxy, backend)]),
  ),
};

function asking(proxy: ProxyServer, backend: number): Promise<Front> | string {
  if (findProgram(proxy.program) === undefined) return `${proxy.name} is not installed: ${proxy.install}`;
  return startAskingProxy(proxy, backend, people.issuer);
}

async function nginxAndGate(program: string, backend: number): Promise<Front> {
  const gate = await startGate({
    backend,
    issuer: people.issuer,
    settings: { trustedProxies: ["127.0.0.1"] },
  });
  const nginx = await startNginxBeforeGate(program, gate.port);
  return {
    ...nginx,
    log: () => gate.log() + nginx.log(),
    hasEnded: () => gate.hasEnded() || nginx.hasEnded(),
    stop: async () => {
      await nginx.stop();
      await gate.stop();
    },
  };
}

describe.each(Object.entries(backends))("attacks on a backend on %s", (_name, start) => {
  let recorder: Recorder | undefined;
  let missing: string | undefined;
  beforeAll(async () => {
    try {
      recorder = await start();
    } catch (error) {
      if (!(error instanceof PythonUnavailable)) throw error;
      missing = error.message;
    }
  }, 300_000);
  afterAll(() => recorder?.stop());

  /** The backend, unless the test is skipped. */
  function backend(test: TestContext): Recorder {
    if (recorder === undefined) test.skip(missing);
    return recorder as Recorder;
  }

  it("most of them reach it without the gate, and a careless gate fails", {
    timeout: 300_000,
  }, async (test) => {
    const bare = backend(test);
    const all = groups.flatMap(([, attacks]) => attacks);
    const { arrived } = await assault(all, { front: bare, recorder: bare, people, together: 16 });
    expect(arrived).toBeGreaterThan(450);
    const careless = await startCarelessGate(people, bare.port);
    try {
      const some = all.filter((_, index) => index % 3 === 0);
      const { faults } = await assault(some, { front: careless, recorder: bare, people });
      count(test, { attacks: all.length, "reach the backend": arrived });
      expect(new Set(faults.map((fault) => fault.split(": ")[0])).size).toBeGreaterThan(40);
    } finally {
      await careless.stop();
    }
  });

  describe.each(Object.entries(fronts))("behind %s", (frontName, startFront) => {
    let front: Front | undefined;
    let absent: string | undefined;
    beforeAll(async () => {
      if (recorder === undefined) return;
      const started = startFront(recorder.port);
      if (typeof started === "string") absent = started;
      else front = await started;
    }, 60_000);
    afterAll(() => front?.stop());

    it.for(groups)("%s: what arrives is what was judged", { timeout: 300_000 }, async ([, attacks], test) => {
      const bare = backend(test);
      if (front === undefined) test.skip(absent);
      const { faults } = await assault(attacks, {
        front: front as Front,
        recorder: bare,
        people,
        together: 16,
        quiet: 1500,
        checksBodies: frontName === "the gate",
      });
      count(test, { attacks: attacks.length, faults: faults.length });
      const isLeft = (fault: string) => frontName.includes("asks") && leftToTheProxy.test(fault);
      expect(faults.filter((fault) => !isLeft(fault))).toEqual([]);
      expect(front?.hasEnded()).toBe(false);
    });
  });
});
