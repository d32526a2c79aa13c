import type { AcceptEvent, RejectEvent } from "@usher-auth/verify/guard";
import type { HandlerView } from "../../../packages/verify/test/contract/target.ts";
import { createFetchApp } from "../../../packages/verify/test/contract/targets/fetch-app.ts";
import { createFetchShapes } from "../../../packages/verify/test/contract/targets/fetch-shapes-app.ts";
import { type Trust, verifierOf } from "../../../packages/verify/test/contract/trust.ts";
import { answerCore } from "./core.ts";

/** What the program is started with, as JSON. */
export interface Settings {
  /** The app with a route for each rule, or the one of every way to write an app. Default: `contract`. */
  readonly app?: "contract" | "shapes";
  readonly trust: Trust;
  /** The time at the start, for a clock that is moved by hand; null for the system's clock. */
  readonly now: number | null;
  readonly guard: { readonly realm?: string; readonly concealOwnerMismatch?: boolean };
  /** A Worker's app is not given the context that the Worker has. */
  readonly withoutContext?: boolean;
  /** Listeners that fail, in place of those that record. */
  readonly listenersFail?: boolean;
}

/** What the app did since it was last asked. */
export interface Witness {
  readonly seen: readonly HandlerView[];
  readonly accepted: readonly string[];
  readonly rejected: readonly {
    code: string;
    message: string;
    hint: string | undefined;
    withRequest: boolean;
  }[];
}

/** What a runtime's server is given. A Worker's context may come with the request. */
export type Program = (request: Request, context?: unknown) => Response | Promise<Response>;

/** Where the tests talk to the program itself, beside the app under contract. */
export const controlPath = "/-/control";

/**
 * The app under contract, on whatever runtime this is, and beside it the tests' way to move its clock, to
 * read what its handlers and listeners saw, and to have tokens verified.
 */
export function createProgram(settings: Settings): Program {
  let { now } = settings;
  let witness = emptyWitness();
  const clock = now === null ? Date.now : () => now as number;
  const listeners = settings.listenersFail
    ? { onAccept: fail, onReject: fail }
    : {
        onAccept: ({ principal }: AcceptEvent) => witness.accepted.push(principal.id),
        onReject: ({ error: { code, message, hint }, request }: RejectEvent) =>
          witness.rejected.push({ code, message, hint, withRequest: request instanceof Request }),
      };
  const createApp = settings.app === "shapes" ? createFetchShapes : createFetchApp;
  const app = createApp(
    { ownerParam: "userId", ...settings.guard, ...listeners, verifier: verifierOf(settings.trust, clock) },
    (view) => {
      witness.seen.push(view);
      return { id: view.principal?.id, claims: view.principal?.claims, params: view.params };
    },
  );

  return (request, context) =>
    new URL(request.url).pathname === controlPath ? control(request) : app(request, context);

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
  } satisfies Witness;
}

function fail(): never {
  throw new Error("the listener is broken");
}
