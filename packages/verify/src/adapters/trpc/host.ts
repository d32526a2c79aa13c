import type { GuardHost } from "../../access/guard-host.ts";
import { describeNodeRequest, loggerOfNodeRequest } from "../../access/node-host.ts";
import { rawOf, type TrpcRequest } from "./request.ts";

/** What the guard tells logs and events about a call. */
export interface CallHost extends GuardHost<TrpcRequest> {
  /**
   * Runs a synchronous step of a call. A batch and a WebSocket make many calls with one request, so the request
   * does not tell which procedure it is about.
   */
  during<Result>(path: string | undefined, step: () => Result): Result;
}

export function createCallHost(): CallHost {
  let procedure: string | undefined;

  return {
    adapter: "trpc",
    describe: (request) => {
      const described = describeNodeRequest(rawOf(request), procedure);
      return { ...described, requestId: (request as { readonly id?: unknown }).id ?? described.requestId };
    },
    logger: loggerOfNodeRequest,
    during(path, step) {
      const around = procedure;
      procedure = path;
      try {
        return step();
      } finally {
        procedure = around;
      }
    },
  };
}
