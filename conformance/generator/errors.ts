import { authErrorCodes } from "@usher-auth/verify";
import { type ErrorVector, runError, runHttpError } from "../run/errors.ts";
import type { VectorFile } from "./vector-file.ts";

const cases: readonly ErrorVector[] = [
  ...authErrorCodes.map((code) => ({ name: code, code })),
  { name: "owner_mismatch, concealed", code: "owner_mismatch", concealOwnerMismatch: true },
  { name: "token_expired with another realm", code: "token_expired", realm: "tasks of example.com" },
  { name: "credentials_missing with another realm", code: "credentials_missing", realm: "tasks" },
  { name: "scope_insufficient, concealed owners", code: "scope_insufficient", concealOwnerMismatch: true },
];

/** The statuses of a framework's own errors, and two statuses without their own code. */
const statuses = [400, 404, 405, 406, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503, 418, 502];

export async function errorsFile(): Promise<VectorFile> {
  return {
    name: "errors",
    description: "A code of the closed list, and the response to the byte.",
    content: {
      vectors: await Promise.all(cases.map(async (one) => ({ ...one, ...(await runError(one)) }))),
      httpErrors: await Promise.all(
        statuses.map(async (status) => ({
          name: String(status),
          status,
          ...(await runHttpError({ status })),
        })),
      ),
    },
  };
}
