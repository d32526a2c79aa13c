import type { AuditedApi } from "../audited-api.ts";
import type { Operation } from "../document/operation.ts";
import { inapplicable } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";
import type { CheckId } from "./checks.ts";
import {
  withExpiredToken,
  withGarbageToken,
  withoutToken,
  withTamperedToken,
  withUnsignedToken,
} from "./credentials.ts";
import { withMethodOverride } from "./method-override.ts";
import { withMisplacedToken } from "./misplaced-token.ts";
import { withOwnRequest } from "./other-data.ts";
import { withOtherObjects } from "./other-object.ts";
import { withOtherOwner } from "./other-owner.ts";
import { withPathSpellings } from "./path-spelling.ts";
import { publicWithGarbage, publicWithoutToken } from "./public-operation.ts";

type MakePlan = (operation: Operation, api: AuditedApi) => Plan | Promise<Plan>;

/** What each check tries on an operation that needs a token. */
const plans: Readonly<Record<CheckId, MakePlan>> = {
  no_token: withoutToken,
  garbage_token: withGarbageToken,
  tampered_token: withTamperedToken,
  unsigned_token: withUnsignedToken,
  expired_token: withExpiredToken,
  misplaced_token: withMisplacedToken,
  other_owner: withOtherOwner,
  path_spelling: withPathSpellings,
  other_object: withOtherObjects,
  other_data: withOwnRequest,
  method_override: withMethodOverride,
};

/** What each check tries on a public operation. The other checks try nothing. */
const publicPlans: Readonly<Partial<Record<CheckId, MakePlan>>> = {
  no_token: publicWithoutToken,
  garbage_token: publicWithGarbage,
};

/** The requests of a check for an operation. */
export async function planOf(
  check: CheckId,
  operation: Operation,
  isPublic: boolean,
  api: AuditedApi,
): Promise<Plan> {
  const makePlan = isPublic ? publicPlans[check] : plans[check];
  return makePlan === undefined ? inapplicable("the operation is public") : makePlan(operation, api);
}
