import type { Operation } from "../../openapi/operation.ts";
import type { AuditedApi } from "../audited-api.ts";
import type { Access } from "../result.ts";
import { inapplicable } from "../verdicts/verdict.ts";
import type { MakePlan, Plan } from "./attempt.ts";
import type { CheckId } from "./checks.ts";
import {
  withExpiredToken,
  withGarbageToken,
  withoutToken,
  withRevokedToken,
  withTamperedToken,
  withUnsignedToken,
} from "./credentials.ts";
import { withExceptionTokens } from "./exception.ts";
import { withMethodOverride } from "./method-override.ts";
import { withMisplacedToken } from "./misplaced-token.ts";
import {
  optionalWithExpired,
  optionalWithGarbage,
  optionalWithMisplaced,
  optionalWithoutToken,
  optionalWithRevoked,
  optionalWithTampered,
  optionalWithUnsigned,
} from "./optional-token.ts";
import { withOwnRequest } from "./other-data.ts";
import { withOtherObjects } from "./other-object.ts";
import { withOtherOwner } from "./other-owner.ts";
import { withPathSpellings } from "./path-spelling.ts";
import { publicWithGarbage, publicWithoutToken } from "./public-operation.ts";

/** What each check tries, by what the operation requires. Where it is absent, the check tries nothing. */
const plans: Readonly<Record<Access, Readonly<Partial<Record<CheckId, MakePlan>>>>> = {
  required: {
    no_token: withoutToken,
    garbage_token: withGarbageToken,
    tampered_token: withTamperedToken,
    unsigned_token: withUnsignedToken,
    expired_token: withExpiredToken,
    revoked_token: withRevokedToken,
    misplaced_token: withMisplacedToken,
    other_owner: withOtherOwner,
    path_spelling: withPathSpellings,
    other_object: withOtherObjects,
    other_data: withOwnRequest,
    exception: withExceptionTokens,
    method_override: withMethodOverride,
  },
  optional: {
    no_token: optionalWithoutToken,
    garbage_token: optionalWithGarbage,
    tampered_token: optionalWithTampered,
    unsigned_token: optionalWithUnsigned,
    expired_token: optionalWithExpired,
    revoked_token: optionalWithRevoked,
    misplaced_token: optionalWithMisplaced,
    other_data: withOwnRequest,
  },
  public: {
    no_token: publicWithoutToken,
    garbage_token: publicWithGarbage,
  },
};

const reasons: Readonly<Record<Access, string>> = {
  required: "the operation requires a token",
  optional: "the token is optional",
  public: "the operation is public",
};

/** The requests of a check for an operation. */
export async function planOf(
  check: CheckId,
  operation: Operation,
  access: Access,
  api: AuditedApi,
): Promise<Plan> {
  return plans[access][check]?.(operation, api) ?? inapplicable(reasons[access]);
}
