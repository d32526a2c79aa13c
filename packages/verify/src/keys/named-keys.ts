import type { VerificationKey } from "./signature.ts";

/** Keys that were read together, each with a unique name. */
export interface NamedKeys {
  readonly byName: ReadonlyMap<string, VerificationKey>;
}
