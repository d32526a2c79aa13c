import { verifierOfAnotherCopy } from "../../../packages/verify/test/contract/copies.ts";
import { hostWithoutRawHeaders } from "../../../packages/verify/test/contract/hosts.ts";
import { standardError } from "../../../packages/verify/test/contract/logs.ts";
import {
  acceptPublished,
  failingSubscriber,
  rejectPublished,
} from "../../../packages/verify/test/contract/published.ts";
import { sendRaw } from "../../../packages/verify/test/contract/raw-request.ts";
import type {
  CallersOptions,
  ContractOptions,
  ContractServer,
  ContractTarget,
  Handle,
  VerifierParts,
} from "../../../packages/verify/test/contract/target.ts";
import { fetchPathShapes } from "../../../packages/verify/test/contract/targets/fetch-shapes.ts";
import type { Settings, Witness } from "../program/app.ts";
import type { Runtime } from "../runtimes.ts";
import { startProgram } from "../start.ts";
import { control } from "./control.ts";

/**
 * The contract of the fetch adapter on a runtime. The app runs there and reports the calls of its handlers
 * and listeners.
 */
export function runtimeTarget(
  runtime: Runtime,
  exceptions: Readonly<Record<string, string>> = {},
): ContractTarget {
  return {
    name: `fetch on ${runtime.name}`,
    tells: { adapter: "fetch" },
    exceptions: {
      [hostWithoutRawHeaders]: "its server is in another process, and not all are Node's",
      [verifierOfAnotherCopy]: "the app makes its own verifier, in another process",
      "a listener that throws does not change the response":
        "its listeners are here, where they cannot throw there: see core.ts",
      "a function for lines that fails changes nothing":
        "its log is here, where it cannot fail there: see core.ts",
      "many refusals in a second are one line, and the next one has their number":
        "its clock is that of another process",
      [standardError]: "its log is a function",
      ...Object.fromEntries(
        [rejectPublished, acceptPublished, failingSubscriber].map((name) => [
          name,
          "its events are in another process: see events.ts",
        ]),
      ),
      ...exceptions,
    },
    start: startApp("contract"),
    shapes: { ...fetchPathShapes, start: startApp("shapes") },
    callers: { start: startApp("callers") },
  };

  function startApp(app: Settings["app"]) {
    return async (
      options: Partial<Omit<ContractOptions, "ownerParam">> & Partial<Omit<CallersOptions, "ownerParam">>,
      handle: Handle,
      { trust, clock }: VerifierParts,
    ): Promise<ContractServer> => {
      const { realm, concealOwnerMismatch, onAccept, onReject, onOwnerException, log } = options;
      const guard = {
        ...(realm !== undefined && { realm }),
        ...(concealOwnerMismatch !== undefined && { concealOwnerMismatch }),
      };
      // Sets the clock of the test in the program before each request. The system clock is the same in both.
      let now = clock === Date.now ? null : clock();
      const { origin, close } = await startProgram(runtime, { app, trust, now, guard });

      return {
        origin,
        close,
        send: async (request) => {
          if (now !== null && now !== clock()) {
            now = clock();
            await control(origin, { name: "clock", now });
          }
          const response = await sendRaw(origin, request);
          const witness = (await control(origin, { name: "witness" })) as Witness;
          const { seen, accepted, rejected, exceptions, logged } = witness;
          for (const view of seen) handle(view);
          for (const id of accepted) onAccept?.({ principal: { id } } as never);
          for (const { withRequest, ...error } of rejected) {
            onReject?.({ error, request: withRequest ? {} : undefined } as never);
          }
          for (const line of logged) if (log) log(line);
          for (const event of exceptions) onOwnerException?.({ ...event, request: {} });
          return response;
        },
      };
    };
  }
}
