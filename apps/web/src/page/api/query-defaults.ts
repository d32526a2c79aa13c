import type { DefaultOptions } from "@tanstack/react-query";
import { SignedOutError } from "@usher-auth/client";
import { ApiProblem } from "./problem.ts";

/** A request is repeated when the network or the server failed, not when the answer was a refusal. */
function retry(failures: number, error: Error): boolean {
  if (error instanceof SignedOutError) return false;
  if (error instanceof ApiProblem && error.status < 500) return false;
  return failures < 2;
}

export const queryDefaults: DefaultOptions = {
  // Both servers may be on this very machine, so being offline does not keep a request from being sent.
  queries: { retry, staleTime: 10_000, networkMode: "always" },
  mutations: { networkMode: "always" },
};
