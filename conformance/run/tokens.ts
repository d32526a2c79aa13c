import type { Principal } from "@usher-auth/verify";
import { type Outcome, outcomeOf, plainPrincipal } from "./outcome.ts";
import { type Settings, verifierOf } from "./settings.ts";

/** A token, and the settings and the time by which it is judged. */
export interface TokenVector {
  readonly name: string;
  readonly settings: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly token: string;
}

export function runToken(
  { settings, now, token }: TokenVector,
  named: Readonly<Record<string, Settings>>,
): Promise<Outcome<Principal>> {
  const verifier = verifierOf(settingsOf(named, settings), now);
  return outcomeOf(async () => plainPrincipal(await verifier.verify(token)));
}

/** @throws {Error} The file has no settings of this name. */
function settingsOf(named: Readonly<Record<string, Settings>>, name: string): Settings {
  const settings = named[name];
  if (settings === undefined) throw new Error(`there are no settings "${name}"`);
  return settings;
}
