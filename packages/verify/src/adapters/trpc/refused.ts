import { TRPCError } from "@trpc/server";
import type { AuthError } from "../../errors.ts";
import type { Problem, Refusal } from "../../http/problem.ts";
import type { TrpcRequest } from "./request.ts";

/** The error of a rejected call: tRPC's error, with the guard's response. */
export class CallRefused extends TRPCError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause: AuthError) {
    super({ code: trpcCodes[refusal.status] ?? "UNAUTHORIZED", message: problemOf(refusal).detail, cause });
    this.refusal = refusal;
  }
}

/** tRPC derives the HTTP status from its own codes. */
const trpcCodes: Readonly<Record<number, TRPCError["code"]>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  503: "SERVICE_UNAVAILABLE",
};

export function problemOf(refusal: Refusal): Problem {
  return JSON.parse(refusal.body) as Problem;
}

/** A call that the guard may refuse. */
export interface RefusedCall {
  readonly request: TrpcRequest;
  /** The procedure's name. */
  readonly path: string;
}
