import type { NextFunction, Request, Response } from "express";
import { isAuthError } from "../../errors.ts";
import { answerWith } from "../../http/answers.ts";
import type { Rejection } from "./admission.ts";

/** Answers a rejected request. Passes any other error on. */
export function refuse(
  { error, guard }: Rejection,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (isAuthError(error)) answerWith(guard.refuse(error, request), response);
  else next(error);
}
