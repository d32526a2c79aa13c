import type { AcceptEvent, LoggedRefusal, OwnerExceptionEvent, RejectEvent } from "@usher-auth/verify/guard";
import { callersOwnerParam, protectedResource } from "../../../packages/verify/test/contract/caller-rules.ts";
import type { HandlerView } from "../../../packages/verify/test/contract/target.ts";
import { createFetchApp } from "../../../packages/verify/test/contract/targets/fetch-app.ts";
import { createFetchCallers } from "../../../packages/verify/test/contract/targets/fetch-callers-app.ts";
import { createFetchShapes } from "../../../packages/verify/test/contract/targets/fetch-shapes-app.ts";
import { type Trust, verifierOf } from "../../../packages/verify/test/contract/trust.ts";
import { callApi } from "./client.ts";
import { answerCore } from "./core.ts";
import { type Observed, observe, observeBadly } from "./events.ts";

/** The settings of the program, as JSON. */
export interface Settings {
  /**
   * The app with a route for each rule, the one with every way to define routes, or the one for different
   * callers. Default: `contract`.
   */
  readonly app?: "contract" | "shapes" | "callers";
  readonly trust: Trust;
  /** The start time of a controlled clock; null for the system clock. */
  readonly now: number | null;
  readonly guard: { readonly realm?: string; readonly concealOwnerMismatch?: boolean };
  /** Do not pass the Worker's context to the app. */
  readonly withoutContext?: boolean;
  /** Use listeners, a log and subscribers that fail instead of those that record. */
  readonly listenersFail?: boolean;
  /** Subscribe to events. */
  readonly observes?: boolean;
}

/** What the app did since the last request for it. */
export interface Witness {
  readonly seen: readonly HandlerView[];
  readonly accepted: readonly string[];
  readonly rejected: readonly {
    code: string;
    message: string;
    hint: string | undefined;
    withRequest: boolean;
  }[];
  /** The uses of exceptions to the owner. */
  readonly exceptions: readonly Omit<OwnerExceptionEvent, "request">[];
  /** The lines of its log. */
  readonly logged: readonly LoggedRefusal[];
  /** What its subscribers got. */
  readonly observed: readonly Observed[];
}

/** The handler of a runtime's server. A Worker passes its context. */
export type Program = (request: Request, context?: unknown) => Response | Promise<Response>;

/** The path of commands for the program itself. */
export const controlPath = "/-/control";

/**
 * The app of the contract, and commands that set its clock, return the calls of its handlers and listeners,
 * and verify tokens.
 */
export function createProgram(settings: Settings): Program {
  let { now } = settings;
  let witness = emptyWitness();
  const clock = now === null ? Date.now : () => now as number;
  const listeners = settings.listenersFail
    ? { onAccept: fail, onReject: fail, log: fail }
    : {
        log: (line: LoggedRefusal) => witness.logged.push(line),
        onAccept: ({ principal }: AcceptEvent) => witness.accepted.push(principal.id),
        onReject: ({ error: { code, message, hint }, request }: RejectEvent) =>
          witness.rejected.push({ code, message, hint, withRequest: request instanceof Request }),
      };
  const app = createApp();
  if (settings.observes) observe((observed) => witness.observed.push(observed));
  if (settings.listenersFail) observeBadly();

  return (request, context) =>
    new URL(request.url).pathname === controlPath ? control(request) : app(request, context);

  function createApp() {
    const options = {
      ...settings.guard,
      ...listeners,
      verifier: verifierOf(settings.trust, clock),
    };
    const handle = (view: HandlerView) => {
      witness.seen.push(view);
      return { id: view.principal?.id, claims: view.principal?.claims, params: view.params };
    };
    if (settings.app === "callers") {
      const onOwnerException = ({ principal, exceptions }: OwnerExceptionEvent) =>
        void witness.exceptions.push({ principal, exceptions });
      const more = { ownerParam: callersOwnerParam, protectedResource, onOwnerException };
      return createFetchCallers({ ...options, ...more }, handle);
    }
    const create = settings.app === "shapes" ? createFetchShapes : createFetchApp;
    return create({ ownerParam: "userId", ...options }, handle);
  }

  async function control(request: Request): Promise<Response> {
    const command = (await request.json()) as { readonly name: string; readonly now: number };
    switch (command.name) {
      case "clock":
        now = command.now;
        return Response.json(null);
      case "witness": {
        const last = witness;
        witness = emptyWitness();
        return Response.json(last);
      }
      case "client":
        return Response.json(await callApi(command as never));
      default:
        return Response.json(await answerCore(command as never));
    }
  }
}

function emptyWitness() {
  return {
    seen: [] as HandlerView[],
    accepted: [] as string[],
    rejected: [] as Witness["rejected"][number][],
    exceptions: [] as Witness["exceptions"][number][],
    logged: [] as LoggedRefusal[],
    observed: [] as Observed[],
  } satisfies Witness;
}

function fail(): never {
  throw new Error("the listener is broken");
}
