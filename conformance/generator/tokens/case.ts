import type { AuthErrorCode } from "@usher-auth/verify";
import type { SettingsName } from "../settings.ts";

/** A token and its expected verdict. The generator fails if the verifier disagrees. */
export interface TokenCase {
  readonly name: string;
  readonly token: string;
  readonly expect: "accepted" | AuthErrorCode;
  /** Default: `secret`. */
  readonly settings?: SettingsName;
  /** In seconds since 1970. Default: a minute after the token was issued. */
  readonly now?: number;
}
