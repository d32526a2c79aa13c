import type { Environment } from "../../terminal.ts";
import { type Diagnosis, errorFinding } from "../check.ts";

/**
 * The finding for keys that would be fetched over plain http from a host that is not allowed: why
 * `verifierFromEnv` refused the settings with this message, if it is the reason.
 */
export function insecureJwksFinding(
  message: string,
  { USHER_JWKS_URL, USHER_ALLOW_INSECURE_HOSTS }: Environment,
): Diagnosis | undefined {
  const url = URL.parse(USHER_JWKS_URL ?? "");
  if (url?.protocol !== "http:" || !message.startsWith("remoteJwks: the URL must be https")) return undefined;
  const list = [USHER_ALLOW_INSECURE_HOSTS, url.hostname].filter(Boolean).join(",");
  // Other characters may have a meaning in a shell.
  const hosts = /^[\w.,:[\]-]+$/.test(list) ? list : "web";
  return errorFinding(
    "jwks_insecure",
    "The API does not fetch keys over plain http from another machine.",
    [
      `USHER_JWKS_URL is http, and its host ${url.hostname} is not in USHER_ALLOW_INSECURE_HOSTS`,
      "anyone on the network could insert their own keys, and sign tokens for every user",
    ],
    [
      "USHER_JWKS_URL=https://app.example.com/api/auth/jwks",
      `USHER_ALLOW_INSECURE_HOSTS=${hosts} # or, in a network of containers that you trust`,
    ],
  );
}
