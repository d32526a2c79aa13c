import { ConfigurationError, remoteJwks } from "@usher-auth/verify";

/** A URL, and the hosts that may use plain http. */
export interface HostVector {
  readonly name: string;
  readonly url: string;
  /** A list of texts, unless the vector is about another value. */
  readonly allowInsecureHosts: unknown;
}

/** Whether the URL may be used, or what is refused. */
export type HostOutcome = { readonly accepts: true } | { readonly refuses: "url" | "allowInsecureHosts" };

/** Creates a key source, without any request. */
export function runHost({ url, allowInsecureHosts }: HostVector): HostOutcome {
  try {
    remoteJwks(url, { allowInsecureHosts: allowInsecureHosts as string[] });
    return { accepts: true };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { refuses: error.message.startsWith("remoteJwks: the URL") ? "url" : "allowInsecureHosts" };
  }
}
