import type { DefaultOptions } from "@tanstack/react-query";
import { SignedOutError, UserChangedError } from "@usher-auth/client";
import { ApiProblem } from "./problem.ts";

/** Retries after a network or server failure, but not after a 4xx, a sign-out or a change of the user. */
function retry(failures: number, error: Error): boolean {
  if (error instanceof SignedOutError || error instanceof UserChangedError) return false;
  if (error instanceof ApiProblem && error.status < 500) return false;
  return failures < 2;
}

export const queryDefaults: DefaultOptions = {
  // The servers may run on this machine, so requests are sent even when the browser is offline.
  queries: { retry, staleTime: 10_000, networkMode: "always" },
  mutations: { networkMode: "always" },
};
