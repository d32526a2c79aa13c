import { findProgram } from "@usher-auth/e2e/find-program";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { checkBrowsers } from "./checks/browsers.ts";
import { checkIdentity } from "./checks/identity.ts";
import { checkOutage, checkStart } from "./checks/outages.ts";
import { checkRequests } from "./checks/requests.ts";
import { checkStreams } from "./checks/streams.ts";
import { checkTargets } from "./checks/targets.ts";
import { checkWebSockets } from "./checks/websockets.ts";
import { proxies } from "./support/proxies.ts";
import { type System, startSystem } from "./support/system.ts";

// The gate, a backend that records what arrives, and each proxy with its configuration in docs/proxies, of
// which only the ports are changed.

describe.each(proxies)("$name", (proxy) => {
  const isMissing = findProgram(proxy.program) === undefined;
  let started: System | undefined;
  const system = () => started as System;

  beforeEach(({ skip }) => {
    if (isMissing) skip(`there is no ${proxy.program}: ${proxy.install}`);
  });
  beforeAll(async () => {
    if (!isMissing) started = await startSystem(proxy);
  });
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.log(started?.proxy.output().slice(-1_000));
  });
  afterAll(() => started?.close());

  checkStart(system, proxy);
  checkRequests(system);
  checkIdentity(system);
  checkTargets(system);
  checkBrowsers(system);
  checkWebSockets(system);
  checkStreams(system);
  checkOutage(system, proxy);
});
