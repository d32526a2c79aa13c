import type { Scene } from "../audited-api.ts";
import type { Operation } from "../document/operation.ts";
import { inapplicable } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";
import type { CheckId } from "./checks.ts";
import {
  withExpiredToken,
  withGarbage,
  withoutToken,
  withTamperedToken,
  withUnsignedToken,
} from "./credentials.ts";
import { withMethodOverride } from "./method-override.ts";
import { withOtherObjects } from "./other-object.ts";
import { onOtherPath } from "./other-owner.ts";
import { inOtherSpellings } from "./path-spelling.ts";
import { openly, openlyWithGarbage } from "./public-operation.ts";

type Probe = (operation: Operation, scene: Scene) => Plan | Promise<Plan>;

/** What each check tries on an operation that wants a token. */
const probes: Readonly<Record<CheckId, Probe>> = {
  no_token: withoutToken,
  garbage_token: withGarbage,
  tampered_token: withTamperedToken,
  unsigned_token: withUnsignedToken,
  expired_token: withExpiredToken,
  other_owner: onOtherPath,
  path_spelling: inOtherSpellings,
  other_object: withOtherObjects,
  method_override: withMethodOverride,
};

/** What each check tries on an operation that is public. The others try nothing there. */
const publicProbes: Readonly<Partial<Record<CheckId, Probe>>> = {
  no_token: openly,
  garbage_token: openlyWithGarbage,
};

/** What a check tries on an operation. */
export async function planOf(
  check: CheckId,
  operation: Operation,
  isPublic: boolean,
  scene: Scene,
): Promise<Plan> {
  const probe = isPublic ? publicProbes[check] : probes[check];
  return probe === undefined ? inapplicable("the operation is public") : probe(operation, scene);
}
