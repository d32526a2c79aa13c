import type { Algorithm, VerificationKey } from "../signature.ts";
import type { UnverifiedHeader } from "../token.ts";

/**
 * Where keys come from. `sharedSecret()` makes one.
 *
 * A source answers from memory, at once; what needs I/O happens in `refresh`.
 */
export interface KeySource {
  /** The algorithms that tokens verified by this source's keys may have. */
  readonly algorithms: ReadonlySet<Algorithm>;
  /** The keys that a token with this header may be tried against, in order; empty where none fits. */
  candidates(header: UnverifiedHeader): readonly VerificationKey[];
  /**
   * Fetches keys anew, for a token whose key is not known yet. Absent where a source has all it will ever have.
   * A failure to fetch is the source's own to remember: it must reject with `keys_unavailable` or resolve.
   */
  refresh?(): Promise<void>;
}
