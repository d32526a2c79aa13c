import type { SettingsName } from "../settings.ts";
import { issuedAt, tokenOf } from "../token.ts";
import type { TokenCase } from "./case.ts";

type Verdict = TokenCase["expect"];
type Time = readonly [name: string, SettingsName, claims: object, now: number, Verdict];

const exp = issuedAt + 900;
/** Half a second is exact in binary, so every language agrees on it. */
const half = 0.5;

const times: readonly Time[] = [
  ["half a second before exp", "no tolerance", {}, exp - half, "accepted"],
  ["at exp", "no tolerance", {}, exp, "token_expired"],
  ["at exp, within the usual tolerance of 5 s", "secret", {}, exp, "accepted"],
  ["4.5 s after exp", "secret", {}, exp + 4.5, "accepted"],
  ["5 s after exp", "secret", {}, exp + 5, "token_expired"],
  ["59 s after exp, with a minute of tolerance", "a minute of tolerance", {}, exp + 59, "accepted"],
  ["60 s after exp, with a minute of tolerance", "a minute of tolerance", {}, exp + 60, "token_expired"],
  ["a fraction of exp has not passed", "no tolerance", { exp: exp + half }, exp, "accepted"],
  ["a fraction of exp has passed", "no tolerance", { exp: exp + half }, exp + half, "token_expired"],
  ["at nbf", "no tolerance", { nbf: issuedAt + 60 }, issuedAt + 60, "accepted"],
  [
    "half a second before nbf",
    "no tolerance",
    { nbf: issuedAt + 60 },
    issuedAt + 59.5,
    "token_not_yet_valid",
  ],
  ["5 s before nbf", "secret", { nbf: issuedAt + 60 }, issuedAt + 55, "accepted"],
  ["5.5 s before nbf", "secret", { nbf: issuedAt + 60 }, issuedAt + 54.5, "token_not_yet_valid"],
  [
    "a fraction of nbf has not passed",
    "no tolerance",
    { nbf: issuedAt + 60.5 },
    issuedAt + 60,
    "token_not_yet_valid",
  ],
  ["at iat", "no tolerance", {}, issuedAt, "accepted"],
  ["half a second before iat", "no tolerance", {}, issuedAt - half, "token_not_yet_valid"],
  ["5 s before iat", "secret", {}, issuedAt - 5, "accepted"],
  ["5.5 s before iat", "secret", {}, issuedAt - 5.5, "token_not_yet_valid"],
  ["iat after exp, and both have passed", "secret", { iat: exp + 60 }, exp + 120, "token_expired"],
  ["expired, and nbf is in the future", "secret", { nbf: exp + 600 }, exp + 60, "token_expired"],
  ["exp before iat", "secret", { exp: issuedAt - 60 }, issuedAt - 30, "token_expired"],
  ["just younger than maxTokenAge and its tolerance", "maxTokenAge 600", {}, issuedAt + 604.5, "accepted"],
  ["as old as maxTokenAge and its tolerance", "maxTokenAge 600", {}, issuedAt + 605, "token_expired"],
  [
    "long before exp, but older than maxTokenAge",
    "maxTokenAge 600",
    { exp: 4_102_444_800 },
    exp,
    "token_expired",
  ],
  ["iat in the far past", "secret", { iat: 0 }, issuedAt, "accepted"],
  ["iat is negative", "secret", { iat: -1 }, issuedAt, "accepted"],
  ["the clock is at zero", "secret", {}, 0, "token_not_yet_valid"],
];

export const timeCases: readonly TokenCase[] = times.map(([name, settings, claims, now, expect]) => ({
  name,
  settings,
  token: tokenOf({ claims: claims as Record<string, unknown> }),
  now,
  expect,
}));
